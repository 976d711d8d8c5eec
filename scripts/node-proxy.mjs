import { once } from 'node:events'
import { createServer, request as requestOf } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

// The proxy of `npm start -- --nodes 3`: one address for several nodes on this machine, with sticky sessions. New sessions go to the
// ready nodes by turns. Requests of a session, as of Socket.IO's polling, go to the node that has it.

const HOST = '127.0.0.1'
const READY_CHECK_MS = 500
const READY_LIMIT_MS = 2_000
/** Sessions that are remembered; the oldest is forgotten first. */
const MAX_SESSIONS = 10_000

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:net').Socket} Connection */

/**
 * @param {readonly number[]} ports The ports of the nodes.
 * @param {number} port 0 takes any free port.
 * @returns {Promise<{ port: number, close: () => void }>}
 */
export async function startNodeProxy(ports, port) {
  const ready = new Set(ports)
  /** The port of each session's node. @type {Map<string, number>} */
  const sessions = new Map()
  let turn = 0

  /**
   * Connects to the node of the session, or else to the next ready one. While no node is ready, all are tried.
   * @param {Request} request
   * @returns {Promise<Connection & { nodePort: number } | undefined>}
   */
  async function connectFor(request) {
    const sid = sidOf(request)
    const known = sid === undefined ? undefined : sessions.get(sid)
    if (sid !== undefined && known === undefined) return undefined
    const candidates = ports.filter((one) => ready.has(one))
    const all = candidates.length > 0 ? candidates : ports
    if (sid === undefined && isSocketIo(request)) turn += 1
    const order = known === undefined ? all.map((_, index) => all[(turn + index) % all.length] ?? 0) : [known]
    for (const nodePort of order) {
      const connection = connect(nodePort, HOST)
      try {
        await once(connection, 'connect')
        return Object.assign(connection, { nodePort })
      } catch {
        ready.delete(nodePort)
      }
    }
    return undefined
  }

  const server = createServer((request, response) => {
    connectFor(request)
      .then((connection) => {
        if (connection) pass(request, response, connection)
        else refuse(request, response)
      })
      .catch(() => response.destroy())
  })
  server.on('upgrade', (request, /** @type {Connection} */ client, head) => {
    client.on('error', () => {})
    connectFor(request)
      .then((connection) => {
        if (!connection || client.destroyed) return void (client.destroy(), connection?.destroy())
        connection.write(`${headOf(request)}\r\n\r\n`)
        connection.write(head)
        join(client, connection)
      })
      .catch(() => client.destroy())
  })

  /**
   * @param {Request} request
   * @param {import('node:http').ServerResponse} response
   * @param {Connection & { nodePort: number }} connection
   */
  function pass(request, response, connection) {
    const { method, headers, url: path } = request
    const forwarded = requestOf({ method, path, headers, createConnection: () => connection })
    forwarded.on('error', () => response.destroy())
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      if (isSocketIo(request) && sidOf(request) === undefined)
        answer.once('data', (chunk) => remember(String(chunk), connection.nodePort))
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    response.on('close', () => connection.destroy())
    request.pipe(forwarded)
  }

  /**
   * Engine.IO's first packet names the session: `0{"sid":"…"}`.
   * @param {string} text
   * @param {number} nodePort
   */
  function remember(text, nodePort) {
    const [, sid] = /^0\{"sid":"([^"]+)"/.exec(text) ?? []
    if (sid === undefined) return
    sessions.set(sid, nodePort)
    for (const oldest of sessions.keys()) {
      if (sessions.size <= MAX_SESSIONS) break
      sessions.delete(oldest)
    }
  }

  const stopped = new AbortController()
  for (const nodePort of ports) void watch(nodePort)
  /** @param {number} nodePort */
  async function watch(nodePort) {
    while (!stopped.signal.aborted) {
      const signal = AbortSignal.timeout(READY_LIMIT_MS)
      const answer = await fetch(`http://${HOST}:${nodePort}/readyz`, { signal }).catch(() => undefined)
      if (answer?.ok) ready.add(nodePort)
      else ready.delete(nodePort)
      await answer?.body?.cancel().catch(() => {})
      await delay(READY_CHECK_MS, undefined, { signal: stopped.signal }).catch(() => {})
    }
  }

  server.listen(port, HOST)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => {
      stopped.abort()
      server.close()
      server.closeAllConnections()
    },
  }
}

/**
 * The node of the session is gone, or there is none at all.
 * @param {Request} request
 * @param {import('node:http').ServerResponse} response
 */
function refuse(request, response) {
  const origin = request.headers.origin
  const cors = origin === undefined ? {} : { 'access-control-allow-origin': origin }
  response.writeHead(502, { 'content-type': 'text/plain', ...cors }).end('no node has this session, or answers\n')
}

/** @param {Request} request */
function headOf({ method, url, rawHeaders }) {
  const lines = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []))
  return [`${method} ${url} HTTP/1.1`, ...lines].join('\r\n')
}

/** @param {Request} request */
function isSocketIo({ url }) {
  return url?.startsWith('/socket.io/') ?? false
}

/** @param {Request} request */
function sidOf({ url }) {
  return /[?&]sid=([^&]*)/.exec(url ?? '')?.[1]
}

/**
 * @param {Connection} one
 * @param {Connection} other
 */
function join(one, other) {
  for (const [from, to] of /** @type {const} */ ([
    [one, other],
    [other, one],
  ])) {
    from.on('error', () => {})
    from.on('close', () => to.destroy())
    from.pipe(to)
  }
}
