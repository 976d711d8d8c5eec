import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { eventually, letTimePass, open, startProxy, startServer } from './support/tcp.ts'

test('a stall does not hoard: who sends is slowed down by TCP, and every byte arrives in order', async () => {
  const received = createHash('sha256')
  let arrived = 0
  const port = await startServer((socket) =>
    socket.on('data', (chunk: Buffer) => {
      received.update(chunk)
      arrived += chunk.length
    }),
  )
  const proxy = await startProxy(port)
  proxy.stall()
  const flood = sendFlood(proxy.port)
  await flood.atRest()
  expect(flood.taken()).toBeLessThan(flood.size)

  proxy.pass()
  await eventually(() => expect(arrived).toBe(flood.size))
  expect(received.digest('hex')).toBe(flood.hash)
})

test('a target that does not read slows down who sends', async () => {
  const proxy = await startProxy(await startServer((socket) => void socket.pause()))
  const flood = sendFlood(proxy.port)
  await flood.atRest()
  expect(flood.taken()).toBeLessThan(flood.size)
})

/** Sends far more than the system's own buffers take. */
function sendFlood(port: number) {
  const { socket } = open(port)
  const chunks = Array.from({ length: 512 }, () => randomBytes(128 * 1024))
  let taken = 0
  for (const chunk of chunks) socket.write(chunk, () => (taken += chunk.length))

  async function atRest(): Promise<void> {
    for (let before = -1; before !== taken || taken === 0;) {
      before = taken
      await letTimePass()
    }
  }
  const hash = createHash('sha256').update(Buffer.concat(chunks)).digest('hex')
  return { size: chunks.length * 128 * 1024, hash, taken: () => taken, atRest }
}
