import AsyncStorage from '@react-native-async-storage/async-storage'
import { asyncStorageOutbox, createClient, persistentOutbox, roomful } from '@roomful/client'
import { chat } from './contract.ts'

const storage = asyncStorageOutbox(AsyncStorage)

export const client = createClient({
  url: 'https://chat.example',
  contract: chat,
  rooms: roomful({ outbox: persistentOutbox({ user: 'Ada', storage }) }),
  auth: { name: 'Ada' },
  socket: { transports: ['websocket'] },
})
