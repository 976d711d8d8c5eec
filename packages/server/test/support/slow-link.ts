import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { onTestFinished } from 'vitest'

const TICK_MS = 10

/** A TCP relay before a server, which passes on no more than this many bytes a second to each client. Ends with the test. */
export async function openSlowLink(serverUrl: string, bytesPerSecond: number): Promise<string> {
  const { hostname, port } = new URL(serverUrl)
  const relay = createServer((client) => {
    const server = connect(Number(port), hostname)
    client.pipe(server)
    const timer = setInterval(() => {
      const chunk: unknown = server.read(Math.min(server.readableLength, (bytesPerSecond * TICK_MS) / 1_000))
      if (chunk !== null) client.write(chunk as Buffer)
    }, TICK_MS)
    const end = (): void => {
      clearInterval(timer)
      client.destroy()
      server.destroy()
    }
    for (const side of [client, server]) side.on('error', end).on('close', end)
    server.on('readable', () => {}) // reads no more than its buffer holds, 64 KiB
  })
  relay.listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => void relay.close())
  return `http://127.0.0.1:${(relay.address() as AddressInfo).port}`
}
