import { client } from './client.ts'

export async function openDevtools(): Promise<void> {
  const { mountRoomfulDevtools } = await import('@roomful/devtools/production')
  mountRoomfulDevtools(client, { isOpen: true })
}
