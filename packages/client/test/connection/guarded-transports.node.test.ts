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

describe('CN3 a poll that was never answered', () => {
  test('is ended with its attempt, since a browser opens six connections to a server at most', () => {
    const { transport, done } = openGuarded('opening')
    transport.doClose()
    expect(done).toEqual(['poll ended: true', 'closed'])
  })

  test.each([
    ['once open: the server answers it', 'open', true],
    ['where requests are not the browser`s own', 'opening', false],
  ])('is left alone %s', (_name, readyState, inBrowser) => {
    const { transport, done } = openGuarded(readyState, { inBrowser })
    transport.doClose()
    expect(done).toEqual(['closed'])
  })
})

describe('CN12 what a transport throws', () => {
  test('is an error of the transport', () => {
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
  ])('a first packet with %s: %j → %s', (_name, data, outcome) => {
    const { transport, done } = openGuarded('opening')
    transport.onPacket({ type: 'open', data: JSON.stringify(data) } as { type: string })
    expect(done).toHaveLength(1)
    if (outcome === 'open') expect(done).toEqual(['open'])
    else expect(done[0]).toMatch(/^invalid packet: /)
  })

  test('a second handshake is none', () => {
    const { transport, done } = openGuarded('opening')
    for (let times = 0; times < 2; times += 1)
      transport.onPacket({ type: 'open', data: JSON.stringify(heartbeats) } as { type: string })
    expect(done).toEqual(['open', 'invalid packet: a handshake after the first packet'])
  })

  test('names that are no transport say what is one', () => {
    expect(() => guardedTransports(['carrier-pigeon'])).toThrow(
      'socket.transports: expected some of polling, websocket, webtransport, got "carrier-pigeon"',
    )
    expect(() => guardedTransports(['constructor'])).toThrow('socket.transports')
  })
})
