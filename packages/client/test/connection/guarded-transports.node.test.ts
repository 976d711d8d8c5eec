import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { guardedTransports } from '../../src/transport/guarded-transports.ts'

/** A transport that polls, as engine.io-client's does, in a browser. */
function openGuarded(readyState: string, { inBrowser = true } = {}) {
  class FakeXhr {}
  vi.stubGlobal('XMLHttpRequest', inBrowser ? FakeXhr : undefined)
  onTestFinished(() => void vi.unstubAllGlobals())
  const done: string[] = []
  class Polling {
    readyState = readyState
    pollXhr = { _xhr: new FakeXhr(), _cleanup: (fromError: boolean) => void done.push(`poll ended: ${fromError}`) }
    doClose(): void {
      done.push('closed')
    }
    onPacket(packet: { type: string }): void {
      if (packet.type === 'throws') throw new Error('inside')
      done.push(packet.type)
    }
    onData(): void {
      throw new Error('not to be read')
    }
    onError(reason: string, cause: Error): void {
      done.push(`${reason}: ${cause.message}`)
    }
  }
  const [Guarded] = guardedTransports([Polling]) as unknown as [new () => Polling]
  return { transport: new Guarded(), done }
}

describe('CN3 a poll without an answer', () => {
  test('ends with its attempt, since a browser opens at most six connections to a server', () => {
    const { transport, done } = openGuarded('opening')
    transport.doClose()
    expect(done).toEqual(['poll ended: true', 'closed'])
  })

  test('ends with a connection that is dead', () => {
    const { transport, done } = openGuarded('open')
    ;(transport as { isDead?: boolean }).isDead = true
    transport.doClose()
    expect(done).toEqual(['poll ended: true', 'closed'])
  })

  test.each([
    ['once open: the server answers it', 'open', true],
    ['where the browser does not make the requests', 'opening', false],
  ])('is not touched %s', (_name, readyState, inBrowser) => {
    const { transport, done } = openGuarded(readyState, { inBrowser })
    transport.doClose()
    expect(done).toEqual(['closed'])
  })
})

describe('CN12 a transport', () => {
  test('reports an error that it throws as its own', () => {
    const { transport, done } = openGuarded('open')
    transport.onPacket({ type: 'message' })
    transport.onPacket({ type: 'throws' })
    transport.onData()
    expect(done).toEqual(['message', 'invalid packet: inside', 'invalid packet: not to be read'])
  })

  const heartbeats = { sid: 'a', pingInterval: 25_000, pingTimeout: 20_000 }
  test.each<[string, unknown, string]>([
    ['a handshake', heartbeats, 'open'],
    ['no heartbeats', { sid: 'a' }, 'refused'],
    ['no session', { ...heartbeats, sid: 1 }, 'refused'],
    ['no pause between them', { ...heartbeats, pingInterval: 0 }, 'refused'],
    ['a negative time-out', { ...heartbeats, pingTimeout: -1 }, 'refused'],
    ['beyond what a timer can do', { ...heartbeats, pingInterval: 1e12 }, 'refused'],
    ['together beyond that', { ...heartbeats, pingInterval: 2 ** 31 - 1 }, 'refused'],
    ['times as text, which would be joined', { ...heartbeats, pingInterval: '25000', pingTimeout: '20000' }, 'refused'],
    ['null', null, 'refused'],
    ['a list', [], 'refused'],
  ])('checks the first packet, with %s: %j → %s', (_name, data, outcome) => {
    const { transport, done } = openGuarded('opening')
    transport.onPacket({ type: 'open', data: JSON.stringify(data) } as { type: string })
    expect(done).toHaveLength(1)
    if (outcome === 'open') expect(done).toEqual(['open'])
    else expect(done[0]).toMatch(/^invalid packet: /)
  })

  test('refuses a second handshake', () => {
    const { transport, done } = openGuarded('opening')
    for (let times = 0; times < 2; times += 1)
      transport.onPacket({ type: 'open', data: JSON.stringify(heartbeats) } as { type: string })
    expect(done).toEqual(['open', 'invalid packet: a handshake after the first packet'])
  })

  test('is refused if it has an unknown name, with a sentence that lists the names', () => {
    expect(() => guardedTransports(['carrier-pigeon'])).toThrow(
      'socket.transports: expected some of polling, websocket, webtransport, got "carrier-pigeon"',
    )
    expect(() => guardedTransports(['constructor'])).toThrow('socket.transports')
  })
})
