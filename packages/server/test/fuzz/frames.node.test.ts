import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { openSocketIo, openWebSocket } from '../support/raw-clients.ts'
import { startSmallServer } from '../support/small-server.ts'
import { expectUnharmed, joinRoom } from '../support/unharmed.ts'
import { anyBytes, anyFrame, anyRequest, EPOCH, ROOM } from './random-frames.ts'

/** `pnpm attack --fuzz` sets both. */
const FRAMES = Number(process.env['FUZZ_FRAMES'] ?? 3_000)
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)
const FRAMES_OF_CONNECTION = 25

type Kind = 'requests' | 'frames' | 'frames before CONNECT' | 'bytes'
const kinds: readonly Kind[] = ['requests', 'requests', 'frames', 'frames', 'frames before CONNECT', 'bytes']

test(
  `SEC4 SEC5 ${FRAMES} random frames (seed ${SEED}) end no more than their own connections, and cause no error`,
  async () => {
    const server = await startSmallServer()
    onTestFinished(() => server.kill())
    for (let connection = 0; connection * FRAMES_OF_CONNECTION < FRAMES; connection += 1) {
      const sample = <T>(arbitrary: fc.Arbitrary<T>): T[] =>
        fc.sample(arbitrary, { seed: SEED + connection, numRuns: FRAMES_OF_CONNECTION })
      const kind = kinds[connection % kinds.length]
      const socket = await (kind === 'frames before CONNECT' ? openWebSocket : openSocketIo)(server.url)
      if (kind === 'requests') {
        const { epoch } = await joinRoom(socket, ROOM)
        socket.send(...sample(anyRequest).map((frame) => frame.replaceAll(EPOCH, epoch)))
      } else if (kind === 'bytes') for (const bytes of sample(anyBytes)) socket.write(bytes)
      else for (const frame of sample(anyFrame)) socket.send(frame)
      // A ping of a client ends its connection, which shows that the server has read all frames.
      socket.send('2')
      // The server may take it for a part of the frame that the bytes begin.
      if (kind === 'bytes') socket.destroy()
      await expect.poll(() => socket.isClosed, { interval: 2, message: `connection ${connection}` }).toBe(true)
      const { errors } = await server.state({ collect: false })
      expect(errors, `connection ${connection}`).toEqual([])
    }
    await expectUnharmed(server.url)
  },
  30_000 + FRAMES * 20,
)
