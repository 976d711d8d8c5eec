import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'

/** One connection to a hostile server, over whichever transport. Packets are Engine.IO's, raw: `40` is a CONNECT. */
export interface HostileLink {
  /** From 1, over all connections. */
  readonly number: number
  readonly transport: 'polling' | 'websocket'
  send(...packets: (string | Uint8Array)[]): void
  onPacket(listener: (packet: string) => void): void
  close(): void
}

export interface HostileServer {
  readonly url: string
  /** How many connections were made to it so far. */
  readonly attempts: number
  /** TCP connections that are open now. */
  readonly open: number
}

const SEPARATOR = '\u001e'

/** A server that sends only what the script sends. */
export async function startHostileServer(script: (link: HostileLink) => void): Promise<HostileServer> {
  const polled = new Map<string, PollingLink>()
  let attempts = 0
  const http = createServer((request, response) => {
    const sid = new URL(request.url ?? '', 'http://x').searchParams.get('sid')
    if (sid === null) {
      const link = new PollingLink(++attempts, polled)
      link.poll(response)
      script(link)
    } else if (request.method === 'POST') void receive(request, response, polled.get(sid))
    else polled.get(sid)?.poll(response)
  })
  const sockets = new WebSocketServer({ server: http })
  sockets.on('connection', (socket) => {
    const listeners: ((packet: string) => void)[] = []
    socket.on('message', (data: Buffer) => listeners.forEach((listener) => listener(data.toString())))
    script({
      number: ++attempts,
      transport: 'websocket',
      send: (...packets) => packets.forEach((packet) => socket.send(packet)),
      onPacket: (listener) => void listeners.push(listener),
      close: () => socket.close(),
    })
  })
  const open = await listen(http)
  return {
    url: urlOf(http),
    get attempts() {
      return attempts
    },
    get open() {
      return open.size
    },
  }
}

/** Sends a correct first packet. */
export function handshake(link: HostileLink, beats: object = { pingInterval: 25_000, pingTimeout: 20_000 }): void {
  link.send(`0${JSON.stringify({ sid: sidOf(link.number), upgrades: [], maxPayload: 1e6, ...beats })}`)
}

/** Sends a correct first packet and answers each CONNECT. */
export function welcome(link: HostileLink, then: () => void = () => {}): void {
  handshake(link)
  link.onPacket((packet) => {
    if (!packet.startsWith('40')) return
    link.send(`40{"sid":"socket-${link.number}"}`)
    then()
  })
}

/** A server that accepts connections and sends nothing. */
export async function startSilentServer(): Promise<HostileServer> {
  let attempts = 0
  const server = createTcpServer((socket) => {
    attempts += 1
    socket.resume() // else it would not notice that the client is gone
  })
  const open = await listen(server)
  return {
    url: urlOf(server),
    get attempts() {
      return attempts
    },
    get open() {
      return open.size
    },
  }
}

/** An address without a server. */
export async function closedUrl(): Promise<string> {
  const server = createTcpServer()
  await listen(server)
  const url = urlOf(server)
  server.close()
  await once(server, 'close')
  return url
}

class PollingLink implements HostileLink {
  readonly transport = 'polling'
  readonly number: number
  readonly #links: Map<string, PollingLink>
  readonly #listeners: ((packet: string) => void)[] = []
  #waiting: string[] = []
  #poll: ServerResponse | undefined

  constructor(number: number, links: Map<string, PollingLink>) {
    this.number = number
    this.#links = links
    links.set(sidOf(number), this)
  }

  poll(response: ServerResponse): void {
    this.#poll = response
    this.#flush()
  }

  send(...packets: (string | Uint8Array)[]): void {
    for (const packet of packets)
      this.#waiting.push(typeof packet === 'string' ? packet : `b${Buffer.from(packet).toString('base64')}`)
    this.#flush()
  }

  receive(body: string): void {
    for (const packet of body.split(SEPARATOR)) {
      for (const listener of this.#listeners) listener(packet)
      if (packet === '1') this.send('6') // the client closes: its poll is answered
    }
  }

  onPacket(listener: (packet: string) => void): void {
    this.#listeners.push(listener)
  }

  close(): void {
    this.send('1')
    this.#links.delete(sidOf(this.number))
  }

  #flush(): void {
    if (!this.#poll || this.#waiting.length === 0) return
    this.#poll.end(this.#waiting.join(SEPARATOR))
    this.#poll = undefined
    this.#waiting = []
  }
}

async function receive(request: IncomingMessage, response: ServerResponse, link?: PollingLink): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  response.end('ok')
  link?.receive(body)
}

/** Listens until the test ends; gives the connections that are open. */
async function listen(server: Server): Promise<ReadonlySet<Socket>> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {}) // clients that go away are what is tested
    socket.on('close', () => open.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  return open
}

const sidOf = (number: number): string => `engine-${number}`
const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
