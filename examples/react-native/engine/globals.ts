// The globals that React Native adds to Hermes, as far as they matter here.
import { AbortController, AbortSignal } from 'abort-controller/dist/abort-controller'
import { forget, listenToHost, toHost } from './host.ts'
import { WebSocket } from './web-socket.ts'
import { XMLHttpRequest } from './xml-http-request.ts'

type Callback = (...args: unknown[]) => void

function setTimeout(callback: Callback, ms = 0, ...args: unknown[]): number {
  const id = listenToHost(() => {
    forget(id)
    callback(...args)
  })
  toHost({ type: 'timer', id, ms })
  return id
}

function setInterval(callback: Callback, ms = 0, ...args: unknown[]): number {
  const id = listenToHost(() => {
    toHost({ type: 'timer', id, ms })
    callback(...args)
  })
  toHost({ type: 'timer', id, ms })
  return id
}

function clearTimer(id: number): void {
  forget(id)
  toHost({ type: 'clear', id })
}

const began = Date.now()
const log =
  (level: string) =>
  (...args: unknown[]) =>
    toHost({ type: 'log', level, text: args.map(String).join(' ') })

/** A Blob of React Native cannot be made from bytes. */
class Blob {
  constructor(parts: readonly unknown[] = []) {
    if (parts.some((part) => typeof part !== 'string'))
      throw new Error("Creating blobs from 'ArrayBuffer' and 'ArrayBufferView' are not supported")
  }
}

Object.assign(globalThis, {
  window: globalThis,
  self: globalThis,
  global: globalThis,
  navigator: { product: 'ReactNative' },
  performance: { now: () => Date.now() - began },
  console: {
    ...Object.fromEntries(['debug', 'error', 'info', 'log', 'warn'].map((level) => [level, log(level)])),
    assert: () => {},
  },
  setTimeout,
  clearTimeout: clearTimer,
  setInterval,
  clearInterval: clearTimer,
  setImmediate: (callback: Callback, ...args: unknown[]) => setTimeout(callback, 0, ...args),
  clearImmediate: clearTimer,
  queueMicrotask: (work: () => void) => void Promise.resolve().then(work),
  AbortController,
  AbortSignal,
  Blob,
  WebSocket,
  XMLHttpRequest,
})
