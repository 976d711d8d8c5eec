import { forget, listenToHost, toHost } from './host.ts'
import { fromBase64, toBase64 } from './base64.ts'

type Listener = ((event: object) => void) | null

/** The WebSocket of React Native: its native side is in the test. */
export class WebSocket {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readyState = 0
  bufferedAmount = 0
  binaryType = 'arraybuffer'
  onopen: Listener = null
  onmessage: Listener = null
  onerror: Listener = null
  onclose: Listener = null
  readonly #id: number

  constructor(url: string) {
    this.#id = listenToHost(({ event, data, isBinary, code, reason }) => {
      if (event === 'open') {
        this.readyState = 1
        this.onopen?.({})
      } else if (event === 'message') {
        this.onmessage?.({ data: isBinary ? fromBase64(String(data)) : data })
      } else if (event === 'error') {
        this.onerror?.({ message: data })
      } else {
        forget(this.#id)
        this.readyState = 3
        this.onclose?.({ code, reason })
      }
    })
    toHost({ type: 'socket', id: this.#id, url })
  }

  send(data: string | ArrayBuffer | ArrayBufferView): void {
    if (this.readyState === 0) throw new Error('INVALID_STATE_ERR')
    const isBinary = typeof data !== 'string'
    toHost({ type: 'send', id: this.#id, isBinary, data: isBinary ? toBase64(data) : data })
  }

  close(): void {
    if (this.readyState > 1) return
    this.readyState = 2
    toHost({ type: 'close', id: this.#id })
  }
}
