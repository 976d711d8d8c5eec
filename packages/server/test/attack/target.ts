import * as polling from '../support/raw-polling.ts'
import * as webSocket from '../support/raw-web-socket.ts'

/** The server as a flood sees it. All connections of a flood come from its own addresses, and end with it. */
export class Target {
  readonly url: string
  readonly #network: string
  readonly #endAt: number
  readonly #clients = new Set<{ destroy(): void }>()

  constructor(url: string, network: string, durationMs: number) {
    this.url = url
    this.#network = network
    this.#endAt = performance.now() + durationMs
  }

  get isOver(): boolean {
    return performance.now() > this.#endAt
  }

  /** A WebSocket before CONNECT; undefined if the server refuses it. */
  async open(host = 1): Promise<webSocket.RawWebSocket | undefined> {
    return this.#kept(webSocket.openWebSocket(this.url, { headers: this.#headers(host) }))
  }

  /** A WebSocket in the main namespace; undefined if the server refuses it. */
  async connect(host = 1): Promise<webSocket.RawWebSocket | undefined> {
    return this.#kept(webSocket.openSocketIo(this.url, { headers: this.#headers(host) }))
  }

  /** A session by polling; undefined if the server refuses it. */
  async poll(host = 1): Promise<polling.RawPolling | undefined> {
    return this.#kept(polling.openPolling(this.url, this.#headers(host)))
  }

  /** Waits, so that the sockets of this process are written. */
  async pause(ms = 5): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms))
  }

  /** Ends one connection, or all. */
  end(client?: { destroy(): void }): void {
    for (const each of client === undefined ? this.#clients : [client]) {
      each.destroy()
      this.#clients.delete(each)
    }
  }

  async #kept<T extends { destroy(): void }>(opened: Promise<T>): Promise<T | undefined> {
    try {
      const client = await opened
      this.#clients.add(client)
      return client
    } catch {
      await this.pause()
      return undefined
    }
  }

  #headers(host: number): Record<string, string> {
    return { 'x-forwarded-for': `${this.#network}.${host}` }
  }
}
