import { createClient, roomful } from '@roomful/client'
import { mountRoomfulDevtools } from '@roomful/devtools'

export const client = createClient({ url: 'https://chat.example', rooms: roomful() })
mountRoomfulDevtools(client)
