import { RoomfulError } from '@roomful/contract'
import { setAwakeTimeout } from './awake-timeout.ts'
import type { RefusalError } from './refuse.ts'

/**
 * Runs functions of the app. A function that does not answer in time is aborted, also when the server closes. Time in which
 * the process stood still does not count.
 */
export class CallbackRunner {
  readonly #timeoutMs: number
  readonly #running = new Set<(reason: Error) => void>()

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /**
   * Gives the function's result, or throws its error. The signal aborts when the result is no longer awaited.
   * @throws RoomfulError `TIMEOUT`
   */
  async run<T>(callback: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
    const controller = new AbortController()
    const answer = callback(controller.signal)
    if (!isThenable(answer)) return answer
    return await new Promise<T>((resolve, reject) => {
      const abort = (reason: Error): void => {
        settled()
        controller.abort(reason)
        reject(reason)
      }
      const stopTimer = setAwakeTimeout(() => abort(this.#timeout()), this.#timeoutMs)
      const settled = (): void => {
        stopTimer()
        this.#running.delete(abort)
      }
      this.#running.add(abort)
      answer.then(resolve, reject).then(settled, settled)
    })
  }

  abortAll(reason: RefusalError): void {
    for (const abort of this.#running) abort(reason)
  }

  #timeout(): RoomfulError {
    return new RoomfulError('TIMEOUT', `gave no answer within ${this.#timeoutMs} ms`)
  }
}

function isThenable<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
