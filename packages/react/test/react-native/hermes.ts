import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

// Runs a bundle in the command line of Hermes, which reads lines of code and can only print: this process has the timers,
// the sockets and the requests, as the native side of React Native does. The other end is examples/react-native/engine.

interface Message {
  readonly type: string
  readonly id: number
  readonly ms: number
  readonly url: string
  readonly isBinary: boolean
  readonly data: string
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string | null
  readonly text: string
  readonly results: unknown
}

/** Loads the bundle, calls its global `begin` with the settings, and resolves with its results. */
export async function runInHermes(hermes: string, bundle: string, settings: object): Promise<unknown> {
  const child = spawn(hermes, [], { stdio: ['pipe', 'pipe', 'inherit'] })
  const host = new Host(child)
  try {
    host.run(readFileSync(bundle, 'utf8'))
    host.run(`begin(${JSON.stringify(settings)})`)
    return await host.results
  } finally {
    host.close()
    child.kill('SIGKILL')
  }
}

class Host {
  readonly results: Promise<unknown>
  readonly #child: ChildProcess
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()
  readonly #sockets = new Map<number, WebSocket>()
  readonly #requests = new Map<number, AbortController>()
  #isClosed = false
  #settle!: { resolve: (results: unknown) => void; reject: (error: Error) => void }

  constructor(child: ChildProcess) {
    this.#child = child
    this.results = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    child.once('exit', (code, signal) => this.#settle.reject(new Error(`Hermes ended (${signal ?? code})`)))
    createInterface({ input: child.stdout! }).on('line', (line) => this.#read(line))
  }

  /** Runs code: one line of characters that Hermes does not take for brackets or quotes. */
  run(code: string): void {
    const escaped = encodeURIComponent(code).replace(/[()'!*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
    if (!this.#isClosed) this.#child.stdin!.write(`(0,eval)(decodeURIComponent("${escaped}"));0\n`)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers.values()) clearTimeout(timer)
    for (const socket of this.#sockets.values()) socket.terminate()
    for (const request of this.#requests.values()) request.abort()
  }

  #read(line: string): void {
    const start = line.indexOf('\u0001')
    if (start >= 0) this.#perform(JSON.parse(line.slice(start + 1)) as Message)
    else if (line.includes('Uncaught')) this.#settle.reject(new Error(`in Hermes: ${line}`))
  }

  #tell(id: number, message: object): void {
    this.run(`fromHost(${JSON.stringify({ id, ...message })})`)
  }

  #perform(message: Message): void {
    const { type, id } = message
    if (type === 'results') this.#settle.resolve(message.results)
    else if (type === 'failed') this.#settle.reject(new Error(`in Hermes: ${message.text}`))
    else if (type === 'log') console.log(`Hermes: ${message.text}`) // shown where a run fails
    else if (type === 'timer')
      this.#timers.set(
        id,
        setTimeout(() => this.#tell(id, {}), message.ms),
      )
    else if (type === 'clear') clearTimeout(this.#timers.get(id))
    else if (type === 'socket') this.#connect(message)
    else if (type === 'send') this.#sockets.get(id)?.send(message.isBinary ? bytesOf(message.data) : message.data)
    else if (type === 'close') this.#sockets.get(id)?.close()
    else if (type === 'request') void this.#request(message)
    else if (type === 'abort') this.#requests.get(id)?.abort()
    else this.#settle.reject(new Error(`unknown message from Hermes: ${type}`))
  }

  #connect({ id, url }: Message): void {
    const socket = new WebSocket(url)
    this.#sockets.set(id, socket)
    socket.on('open', () => this.#tell(id, { event: 'open' }))
    socket.on('message', (data: Buffer, isBinary) =>
      this.#tell(id, { event: 'message', isBinary, data: data.toString(isBinary ? 'base64' : 'utf8') }),
    )
    socket.on('error', ({ message }) => this.#tell(id, { event: 'error', data: message }))
    socket.on('close', (code, reason) => this.#tell(id, { event: 'close', code, reason: String(reason) }))
  }

  async #request({ id, url, method, headers, body }: Message): Promise<void> {
    const aborting = new AbortController()
    this.#requests.set(id, aborting)
    try {
      const answer = await fetch(url, { method, headers, body, signal: aborting.signal })
      this.#tell(id, { status: answer.status, text: await answer.text() })
    } catch {
      if (!aborting.signal.aborted) this.#tell(id, { status: 0, text: '' }) // a request that got no answer
    }
  }
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64')
