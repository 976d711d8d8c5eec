import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { checkAlive } from '../../src/transport/check-alive.ts'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

/** A manager of Socket.IO whose server answers nothing; `ended` is called when the connection is ended. */
function startSilent(transport: object) {
  const ended = vi.fn<() => void>()
  const manager = Object.assign(new EventEmitter(), { _readyState: 'open', _packet: () => {}, engine: {} })
  const engine = Object.assign(new EventEmitter(), {
    transport,
    writeBuffer: [] as object[],
    _pingTimeoutTime: Infinity,
    _onClose() {
      ended()
      manager.emit('close')
    },
  })
  manager.engine = engine
  checkAlive(manager as unknown as Parameters<typeof checkAlive>[0], true)
  return { engine, ended }
}

describe('CN16 a probe without an answer', () => {
  test.each([
    ['a WebSocket', { ws: { bufferedAmount: 500 } }],
    ['polling', {}],
  ])('ends a silent connection over %s after two seconds, once', (_name, transport) => {
    const { ended } = startSilent(transport)
    vi.advanceTimersByTime(1_900)
    expect(ended).not.toHaveBeenCalled()
    vi.advanceTimersByTime(10_000)
    expect(ended).toHaveBeenCalledOnce()
  })

  test('waits while a WebSocket sends what it has to send', () => {
    const ws = { bufferedAmount: 900_000 }
    const { ended } = startSilent({ ws })
    for (let seconds = 0; seconds < 9; seconds += 1) {
      vi.advanceTimersByTime(1_000)
      ws.bufferedAmount -= 100_000
    }
    expect(ended).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2_300)
    expect(ended).toHaveBeenCalledOnce()
  })

  test('waits while the packets of polling are taken', () => {
    const { engine, ended } = startSilent({})
    engine.writeBuffer.push({}, {})
    for (const _packet of engine.writeBuffer.slice()) {
      vi.advanceTimersByTime(1_500)
      engine.writeBuffer.pop()
    }
    vi.advanceTimersByTime(1_500)
    expect(ended).not.toHaveBeenCalled()
  })

  test('waits while packets come', () => {
    const { engine, ended } = startSilent({})
    for (let count = 0; count < 10; count += 1) {
      vi.advanceTimersByTime(1_500)
      engine.emit('packet')
    }
    expect(ended).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2_300)
    expect(ended).toHaveBeenCalledOnce()
  })
})
