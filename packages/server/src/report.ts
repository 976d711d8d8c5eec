/** Where an app's function, or the log, failed. */
export interface ErrorContext {
  readonly during: 'authenticate' | 'join' | 'leave' | 'emit' | 'commit' | 'broadcast' | 'request' | 'presence'
  readonly room?: string
  readonly event?: string
}

export type Report = (error: unknown, context: ErrorContext) => void

/** A reporter that never throws: an `onError` that fails is itself printed. */
export function createReport(onError: Report | undefined): Report {
  return (error, context) => {
    try {
      // oxlint-disable-next-line no-console -- an error that nobody else hears of must be seen
      if (onError === undefined) console.error(`roomful: failed during ${context.during}`, context, error)
      else onError(error, context)
    } catch (failure) {
      // oxlint-disable-next-line no-console -- as above
      console.error('roomful: onError failed', failure, 'while told of', context, error)
    }
  }
}
