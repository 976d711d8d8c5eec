import { forget, listenToHost, toHost } from './host.ts'

/** The XMLHttpRequest of React Native, for texts: its native side is in the test. */
export class XMLHttpRequest {
  readyState = 0
  status = 0
  responseText = ''
  timeout = 0
  withCredentials = false
  onreadystatechange: (() => void) | null = null
  readonly #headers: Record<string, string> = {}
  #id = 0
  #method = ''
  #url = ''

  open(method: string, url: string): void {
    this.#method = method
    this.#url = url
    this.readyState = 1
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers[name] = value
  }

  getResponseHeader(): null {
    return null
  }

  send(body: string | null = null): void {
    this.#id = listenToHost(({ status, text }) => {
      forget(this.#id)
      this.status = Number(status)
      this.responseText = String(text)
      this.readyState = 4
      this.onreadystatechange?.()
    })
    toHost({ type: 'request', id: this.#id, method: this.#method, url: this.#url, headers: this.#headers, body })
  }

  abort(): void {
    forget(this.#id)
    toHost({ type: 'abort', id: this.#id })
  }
}
