import type { OnInvalid } from './events/schemas.ts'
import type { Report } from './guarded-store.ts'
import type { Inspect } from './inspect.ts'

export interface Reporting {
  readonly inspect: Inspect
  /** Something of the app's own has thrown. */
  readonly report: Report
  /** Data was dropped that its schema does not accept. */
  readonly invalid: OnInvalid
}

/** The app's functions that hear of things, so that one that throws harms nobody. */
export function createReporting(app: {
  readonly inspect: Inspect | undefined
  readonly onError: Report
  readonly onInvalid: OnInvalid
}): Reporting {
  const tell: Report = (error, source) => {
    try {
      app.onError(error, source)
    } catch (failure) {
      // oxlint-disable-next-line no-console -- whoever should have heard of it has failed: nobody else is left
      console.error('roomful: onError failed:', failure)
    }
  }
  const inspect: Inspect = (event) => {
    try {
      app.inspect?.(event)
    } catch (error) {
      tell(error, 'inspect')
    }
  }
  const report: Report = (error, source) => {
    inspect({ type: 'error', error, source })
    tell(error, source)
  }
  return {
    inspect,
    report,
    invalid(error, from) {
      inspect({ type: 'drop', direction: 'in', event: from.event, reason: error.message, error })
      try {
        app.onInvalid(error, from)
      } catch (failure) {
        report(failure, 'onInvalid')
      }
    },
  }
}
