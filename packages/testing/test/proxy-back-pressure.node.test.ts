import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { FaultProxy } from '../src/proxy.ts'
import { eventually, waitForRoundTrips, open, startProxy, startServer } from './support/tcp.ts'

const faults: Record<string, (proxy: FaultProxy) => void> = {
  'a stall': (proxy) => proxy.stall(),
  'a delay': (proxy) => proxy.delay(60_000),
}

test.each(Object.keys(faults))(
  '%s buffers little: TCP slows down the sender, and every byte arrives in order',
  async (name) => {
    const received = createHash('sha256')
    let arrived = 0
    const port = await startServer((socket) =>
      socket.on('data', (chunk: Buffer) => {
        received.update(chunk)
        arrived += chunk.length
      }),
    )
    const proxy = await startProxy(port)
    faults[name]?.(proxy)
    const flood = sendFlood(proxy.port)
    await flood.untilIdle()
    expect(flood.accepted()).toBeLessThan(flood.size)

    proxy.pass()
    await eventually(() => expect(arrived).toBe(flood.size))
    expect(received.digest('hex')).toBe(flood.hash)
  },
)

test('a target that does not read slows down the sender', async () => {
  const proxy = await startProxy(await startServer((socket) => void socket.pause()))
  const flood = sendFlood(proxy.port)
  await flood.untilIdle()
  expect(flood.accepted()).toBeLessThan(flood.size)
})

/** Sends far more than the buffers of the operating system hold. */
function sendFlood(port: number) {
  const { socket } = open(port)
  const chunks = Array.from({ length: 512 }, () => randomBytes(128 * 1024))
  let acceptedBytes = 0
  for (const chunk of chunks) socket.write(chunk, () => (acceptedBytes += chunk.length))

  async function untilIdle(): Promise<void> {
    for (let before = -1; before !== acceptedBytes || acceptedBytes === 0;) {
      before = acceptedBytes
      await waitForRoundTrips()
    }
  }
  const hash = createHash('sha256').update(Buffer.concat(chunks)).digest('hex')
  return { size: chunks.length * 128 * 1024, hash, accepted: () => acceptedBytes, untilIdle }
}
