import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { fakeWebSockets, handshake, startConnected, startPort } from './support/fake-web-socket.ts'

const useFakeTimers = (): void => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
}

describe('LT3 a connection', () => {
  test.each([
    ['http://a.example', 'ws://a.example/socket.io/?EIO=4&transport=websocket', '40{}'],
    ['https://a.example:8443/', 'wss://a.example:8443/socket.io/?EIO=4&transport=websocket', '40{}'],
    ['wss://user:pass@a.example/chat', 'wss://a.example/socket.io/?EIO=4&transport=websocket', '40/chat,{}'],
    ['ws://[::1]:3/a/b?k=v%20w#x', 'ws://[::1]:3/socket.io/?k=v%20w&EIO=4&transport=websocket', '40/a/b,{}'],
  ])('to %s opens %s', (url, address, connect) => {
    const { port, sockets } = startPort(url)
    port.open({})
    sockets[0]?.receive(handshake())
    expect([sockets[0]?.url, sockets[0]?.sent]).toEqual([address, [connect]])
  })

  test.each([
    ['/', 'wss://app.example:8443/socket.io/?EIO=4&transport=websocket'],
    ['//api.example/chat', 'wss://api.example/socket.io/?EIO=4&transport=websocket'],
  ])('of a page, to %s, opens %s', (url, address) => {
    vi.stubGlobal('location', { protocol: 'https:', host: 'app.example:8443' })
    onTestFinished(() => void vi.unstubAllGlobals())
    const { port, sockets } = startPort(url)
    port.open({})
    expect(sockets[0]?.url).toBe(address)
  })

  test('sends the credentials with the CONNECT, and is open with its answer', () => {
    const { socket, handlers } = startConnected()
    expect([socket.sent, socket.binaryType]).toEqual([['40{"token":"secret"}'], 'arraybuffer'])
    expect(handlers.opened.mock.calls).toEqual([['socket', false]])
  })

  test('answers pings, and ends when they stop', () => {
    useFakeTimers()
    const { socket, handlers } = startConnected()
    vi.advanceTimersByTime(44_000)
    socket.receive('2', '2probe')
    expect(socket.sent.slice(1)).toEqual(['3', '3probe'])
    vi.advanceTimersByTime(44_000)
    expect(handlers.closed).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2_000)
    expect(handlers.closed.mock.calls).toEqual([
      [expect.objectContaining({ message: 'the connection was lost (ping timeout)' }), false, false],
    ])
  })

  test('expects no pings of a server that rounds its interval to 0', () => {
    useFakeTimers()
    const { port, sockets, handlers } = startPort()
    port.open({})
    sockets[0]?.receive(handshake({ pingInterval: 0, pingTimeout: 20_000 }), '40{"sid":"socket"}')
    vi.advanceTimersByTime(3_600_000)
    expect([handlers.opened.mock.calls.length, handlers.closed.mock.calls.length]).toEqual([1, 0])
  })

  test('is not ready once the heartbeat is overdue, while the timer has not run', () => {
    useFakeTimers()
    const { port } = startConnected()
    expect(port.isReady()).toBe(true)
    vi.setSystemTime(Date.now() + 45_001)
    expect(port.isReady()).toBe(false)
  })

  test('ends where the page loses the network', () => {
    const { port, handlers } = withWindow()
    dispatchEvent(new Event('offline'))
    expect(handlers.closed).toHaveBeenCalledOnce()
    expect(port.isReady()).toBe(false)
  })
})

describe('LT4 namespaces of one address', () => {
  function startTwo() {
    const fake = fakeWebSockets()
    const [a, b] = [startPort('http://test/a', fake), startPort('http://test/b', fake)]
    for (const { port } of [a, b]) port.open({})
    return { a, b, socket: fake.sockets[0]!, sockets: fake.sockets }
  }

  test('share a connection, which closes when the last one has left', () => {
    const { a, b, socket, sockets } = startTwo()
    socket.receive(handshake(), '40/a,{"sid":"one"}', '40/b,{"sid":"two"}', '42/b,["news"]')
    expect([sockets.length, socket.sent]).toEqual([1, ['40/a,{}', '40/b,{}']])
    expect([a.handlers.packet.mock.calls.length, b.handlers.packet.mock.calls.length]).toEqual([0, 1])
    a.port.close()
    expect([socket.readyState, b.port.isReady()]).toEqual([1, true])
    b.port.close()
    expect([socket.readyState, socket.sent.slice(2)]).toEqual([3, ['41/a,', '41/b,']])
  })

  test('end with it, each once', () => {
    const { a, b, socket } = startTwo()
    socket.receive(handshake(), '40/a,{"sid":"one"}')
    socket.onclose?.({})
    socket.onerror?.({})
    for (const { handlers } of [a, b])
      expect([handlers.closed.mock.calls.length, handlers.failed.mock.calls.length]).toEqual([1, 0])
  })

  test('a late answer for one that was left is undone; until then, the next attempt has another connection', () => {
    const { b, socket, sockets } = startTwo()
    socket.receive(handshake(), '40/a,{"sid":"one"}')
    b.port.close(true)
    b.port.open({})
    expect(sockets).toHaveLength(2)
    socket.receive('40/b,{"sid":"late"}', '42/b,["late"]')
    expect(socket.sent.at(-1)).toBe('41/b,')
    expect([b.handlers.opened.mock.calls.length, b.handlers.packet.mock.calls.length]).toEqual([0, 0])
  })

  test('an event before that late answer is not the answer', () => {
    const { b, socket, sockets } = startTwo()
    socket.receive(handshake(), '40/a,{"sid":"one"}')
    b.port.close(true)
    socket.receive('42/b,["early"]')
    b.port.open({})
    expect(sockets).toHaveLength(2)
    socket.receive('40/b,{"sid":"late"}')
    expect(socket.sent.slice(2)).toEqual(['41/b,'])
    expect(b.handlers.opened).not.toHaveBeenCalled()
  })

  test('a connection that does not open in time is given up by all', () => {
    const { a, b, socket } = startTwo()
    a.port.close(true)
    expect([socket.readyState, b.handlers.failed.mock.calls.length]).toEqual([3, 1])
  })

  test('a refusal ends its own namespace only', () => {
    const { a, b, socket } = startTwo()
    socket.receive(handshake(), '40/b,{"sid":"two"}', '44/a,{"message":"no","data":{"code":"FORBIDDEN","data":1}}')
    expect(a.handlers.failed.mock.calls).toEqual([
      [expect.objectContaining({ code: 'FORBIDDEN', message: 'the server refused the connection: no' }), true],
    ])
    expect(b.port.isReady()).toBe(true)
  })
})

/** A connected port with the listeners of a page. */
function withWindow() {
  const target = new EventTarget()
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const)
    vi.stubGlobal(name, target[name].bind(target))
  onTestFinished(() => void vi.unstubAllGlobals())
  return startConnected()
}

describe('LT8 packets that are not sent yet', () => {
  test('EM3 more than 64 in one turn congest the connection; the next turn starts anew', async () => {
    const { port } = startConnected()
    await Promise.resolve()
    for (let n = 0; n < 64; n += 1) port.emit('n', [n])
    expect(port.isCongested()).toBe(false)
    port.emit('n', [64])
    expect([port.isCongested(), port.isCongested(1_000)]).toEqual([true, false])
    await Promise.resolve()
    expect(port.isCongested()).toBe(false)
  })

  test('EM3 DS16 so do more than 16 MiB in the WebSocket', () => {
    const { port, socket } = startConnected()
    socket.bufferedAmount = 16_777_217
    expect([port.isCongested(), port.isCongested(10_000)]).toEqual([true, true])
  })

  test('EM14 an event that is larger than the handshake allows is not sent', () => {
    const { port, socket } = startConnected()
    const settle = vi.fn<() => void>()
    expect(() => port.emit('large', ['x'.repeat(1_000)])).toThrow(
      '"large" was not sent: it has 1014 bytes, and the server takes at most 1000',
    )
    expect(() => port.emitWithAck('bytes', [new Uint8Array(1_001)], settle)).toThrow('it has 1001 bytes')
    expect(port.answerError?.(['x'.repeat(1_000)])).toMatchObject({ code: 'TOO_LARGE' })
    expect(socket.sent).toHaveLength(1)
  })
})

describe('CN16 a probe', () => {
  test('ends a connection that is silent for two seconds, and is sent once', () => {
    useFakeTimers()
    const { port, socket, handlers } = startConnected()
    port.checkAlive(true)
    port.checkAlive(true)
    expect(socket.sent.slice(1)).toEqual(['40/$probe,'])
    vi.advanceTimersByTime(2_000)
    expect(handlers.closed.mock.calls).toEqual([[expect.objectContaining({ code: 'DISCONNECTED' }), false, true]])
  })

  test.each([
    ['a refusal', '44/$probe,{"message":"Invalid namespace"}', []],
    ['a CONNECT, which is undone', '40/$probe,{"sid":"a"}', ['41/$probe,']],
  ])('is answered by %s', (_name, answer, sent) => {
    useFakeTimers()
    const { port, socket, handlers } = startConnected()
    port.checkAlive(true)
    socket.receive(answer)
    vi.advanceTimersByTime(10_000)
    expect(handlers.closed).not.toHaveBeenCalled()
    expect(socket.sent.slice(2)).toEqual(sent)
  })

  test('finds an overdue heartbeat at once', () => {
    useFakeTimers()
    const { port, handlers } = startConnected()
    vi.setSystemTime(Date.now() + 45_001)
    port.checkAlive(false)
    expect(handlers.closed.mock.calls).toEqual([
      [expect.objectContaining({ message: 'the connection was lost (the heartbeat is overdue)' }), false, true],
    ])
  })
})

describe('LT4 recovery', () => {
  test('sends the session with the last offset, and says whether the server kept it', () => {
    const { port, sockets, handlers } = startPort()
    port.open({ token: 'a' })
    sockets[0]?.receive(handshake(), '40{"sid":"one","pid":"session"}')
    const offset = `${Date.now()}-0`
    sockets[0]?.receive(`42["news","text","${offset}"]`)
    sockets[0]?.onclose?.({})
    port.open({ token: 'b' })
    sockets[1]?.receive(handshake(), '40{"sid":"two","pid":"session"}')
    expect(handlers.packet.mock.calls).toEqual([['news', ['text']]])
    expect(sockets[1]?.sent).toEqual([`40${JSON.stringify({ pid: 'session', offset, token: 'b' })}`])
    expect(handlers.opened.mock.calls).toEqual([
      ['one', false],
      ['two', true],
    ])
  })
})

describe('EM4 EM15 the end of a connection', () => {
  test('reports emits that may be lost, then the end, and then settles calls without an answer', () => {
    const { port, socket, handlers } = startConnected()
    const events: unknown[] = []
    handlers.closed.mockImplementation(() => void events.push('closed'))
    port.emit('sent', [], (mayBeSent) => events.push(['lost', mayBeSent]))
    port.emitWithAck('ask', [], (values) => events.push(['answer', values]))
    const forget = port.emitWithAck('forgotten', [], () => events.push('forgotten'))
    port.emitWithAck('answered', [], (values) => events.push(['answer', values]))
    socket.receive('432["yes"]', '432["twice"]')
    forget()
    socket.onclose?.({})
    socket.receive('430["late"]')
    expect(events).toEqual([['answer', ['yes']], ['lost', true], 'closed', ['answer', undefined]])
  })

  test('by the client is sent to the server, and calls no handler', () => {
    const { port, socket, handlers } = startConnected()
    const settle = vi.fn<(values: unknown[] | undefined) => void>()
    port.emitWithAck('ask', [], settle)
    port.close()
    expect([socket.sent.at(-1), socket.readyState]).toEqual(['41', 3])
    expect([handlers.closed.mock.calls.length, settle.mock.calls]).toEqual([0, [[undefined]]])
  })
})
