// React Native gives a script sockets, requests and timers from its native side. Here the test does: `print` sends a line to
// it, and it calls `fromHost`.

declare const print: (line: string) => void

export interface Message {
  readonly type: string
  readonly id?: number
  readonly [field: string]: unknown
}

const handlers = new Map<number, (message: Message) => void>()
let lastId = 0

export function toHost(message: Message): void {
  print(`\u0001${JSON.stringify(message)}`)
}

/** An id whose messages from the host the handler gets, until `forget`. */
export function listenToHost(handler: (message: Message) => void): number {
  handlers.set(++lastId, handler)
  return lastId
}

export function forget(id: number): void {
  handlers.delete(id)
}

Object.assign(globalThis, {
  fromHost(message: Message) {
    handlers.get(message.id ?? 0)?.(message)
  },
})
