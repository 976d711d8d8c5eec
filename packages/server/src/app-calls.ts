import { RoomfulError } from '@roomful/contract'
import type { RefusalError } from './refuse.ts'

/** Runs the app's own functions, so that one that hangs is given up after `timeoutMs`, or when the server closes. */
export class AppCalls {
  readonly #timeoutMs: number
  readonly #running = new Set<(reason: Error) => void>()

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** What the function gives or throws; its signal aborts when nobody waits for it any more. */
  async run<T>(call: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    const controller = new AbortController()
    const answer = call(controller.signal)
    if (!isThenable(answer)) return answer
    return await new Promise<T>((resolve, reject) => {
      const stop = (reason: Error): void => {
        settled()
        controller.abort(reason)
        reject(reason)
      }
      const timer = setTimeout(() => stop(this.#tooLong()), this.#timeoutMs)
      const settled = (): void => {
        clearTimeout(timer)
        this.#running.delete(stop)
      }
      this.#running.add(stop)
      answer.then(resolve, reject).then(settled, settled)
    })
  }

  stopAll(reason: RefusalError): void {
    for (const stop of this.#running) stop(reason)
  }

  #tooLong(): RoomfulError {
    return new RoomfulError('TIMEOUT', `gave no answer within ${this.#timeoutMs} ms`)
  }
}

function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
