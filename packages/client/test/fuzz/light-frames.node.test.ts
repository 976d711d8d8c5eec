import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { anyPacket } from './random-packets.ts'
import { handshake, startConnected, startPort } from '../light/support/fake-web-socket.ts'

/** `pnpm attack --fuzz` sets both. */
const RUNS = Math.ceil(Number(process.env['FUZZ_FRAMES'] ?? 3_000) / 6)
const SEED = Number(process.env['FUZZ_SEED'] ?? 1)

type Step = string | ArrayBuffer | Uint8Array | { readonly step: 'close' | 'error' | 'end' | 'answer' }

const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
const placeholder = fc
  .constantFrom(0, 1, -1, 0.5, '0', 'length', '__proto__', null)
  .map((num) => ({ _placeholder: true, num }))
const attached = fc
  .tuple(
    fc.constantFrom('451-', '452-', '4510-', '461-0', '45999999999-', '450-'),
    fc.array(placeholder, { maxLength: 3 }),
  )
  .map(([header, data]) => `${header}${JSON.stringify(['x', ...data])}`)
const odd = fc.constantFrom(
  '430["x"]',
  `43${'9'.repeat(400)}["x"]`,
  `42${'9'.repeat(20)}["x"]`,
  '44',
  '41',
  '40',
  '40{"sid":"other"}',
)
const start = fc.constantFrom<string[]>(
  [],
  [handshake()],
  [handshake(), '40{"sid":"a"}'],
  [handshake(), '40{"sid":"a","pid":"p"}'],
)

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: anyPacket },
  { weight: 3, arbitrary: anyPacket.map((packet) => (typeof packet === 'string' ? `4${packet}` : packet)) },
  { weight: 3, arbitrary: attached },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 9 }).map(({ buffer }) => buffer as ArrayBuffer) },
  { weight: 2, arbitrary: odd },
  { weight: 2, arbitrary: fc.constantFrom('2', '2probe', '1', '6', handshake()) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...(['close', 'error', 'end', 'answer'] as const)).map((step) => ({ step })),
  },
)

test('P11 LT7 JSON that is 200,000 deep, as an event, an answer and a handshake, is survived', () => {
  const { port, socket, handlers } = startConnected()
  const settle = vi.fn<(values: unknown[] | undefined) => void>()
  port.emitWithAck('ask', [], settle)
  socket.receive(
    `42["x",${deep}]`,
    `430[${deep}]`,
    `451-["x",{"_placeholder":true,"num":0},${deep}]`,
    new ArrayBuffer(1),
  )
  expect([handlers.packet.mock.calls.length, settle.mock.calls.length]).toEqual([1, 1])
  expect(handlers.closed.mock.calls.length).toBeLessThanOrEqual(1)
  const other = startPort()
  other.port.open({})
  other.sockets[0]?.receive(`0${deep}`)
  expect(other.handlers.failed).toHaveBeenCalledOnce()
})

test(`P11 LT7 whatever a server sends, nothing is thrown, and a connection ends once (seed ${SEED})`, () => {
  fc.assert(
    fc.property(start, fc.array(anyStep, { maxLength: 12 }), (first, steps) => {
      const { port, handlers, sockets } = startPort()
      const answers: ((...values: unknown[]) => void)[] = []
      const settled: unknown[] = []
      handlers.packet.mockImplementation((_event, args) => {
        const ack = args.at(-1)
        if (typeof ack === 'function') answers.push(ack as () => void)
      })
      port.open({})
      const socket = sockets[0]!
      socket.receive(...first)
      port.emitWithAck('ask', [], (values) => settled.push(values))
      for (const step of steps) {
        if (typeof step === 'string' || !('step' in step)) socket.receive(step)
        else if (step.step === 'answer') answers.forEach((answer) => answer('yes', step))
        else if (step.step === 'end') port.close()
        else if (step.step === 'close') socket.onclose?.({})
        else socket.onerror?.({})
      }
      const ends = handlers.closed.mock.calls.length + handlers.failed.mock.calls.length
      expect(ends).toBeLessThanOrEqual(1)
      expect(handlers.opened.mock.calls.length).toBeLessThanOrEqual(1)
      port.close()
      socket.onclose?.({})
      socket.receive('42["late"]', handshake())
      expect(settled.length).toBeLessThanOrEqual(1)
      expect(handlers.closed.mock.calls.length + handlers.failed.mock.calls.length).toBe(ends)
      expect(port.isReady()).toBe(false)
    }),
    { seed: SEED, numRuns: RUNS },
  )
})
