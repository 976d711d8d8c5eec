/** Where a function of the app, or the log, failed. */
export interface ErrorContext {
  readonly during:
    | 'authenticate'
    | 'join'
    | 'leave'
    | 'emit'
    | 'commit'
    | 'broadcast'
    | 'request'
    | 'presence'
    | 'inspect'
  readonly room?: string
  readonly event?: string
}

export type Report = (error: unknown, context: ErrorContext) => void

/** Makes a reporter that never throws: an error of `onError` is printed. */
export function createReport(onError: Report | undefined): Report {
  return (error, context) => {
    try {
      // oxlint-disable-next-line no-console -- the default, so that no error is lost
      if (onError === undefined) console.error(`roomful: failed during ${context.during}`, context, error)
      else onError(error, context)
    } catch (failure) {
      // oxlint-disable-next-line no-console -- as above
      console.error('roomful: onError failed', failure, 'with the error of', context, error)
    }
  }
}
