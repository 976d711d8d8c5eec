import { RoomfulError } from '@roomful/contract'
import { isPermanent } from '../errors.ts'
import { handled, untilState } from '../promises.ts'
import type { RoomState } from '../rooms/room-state.ts'
import type { HistoryMessages } from '../rooms/room.ts'
import type { TimelineSource } from './timeline-source.ts'
import type { TimelineState } from './timeline-types.ts'
import type { PageKind, TimelineView } from './timeline-view.ts'

/** One load goes through at most this many pages that have no message of the timeline's event. */
const MAX_PAGES = 10
const RETRY_MS = 1_000
const MISSING = 'missing'

interface LoaderOptions {
  readonly source: TimelineSource
  readonly view: TimelineView
  readonly event: string
  readonly max: number
  readonly initial: number | undefined
  /** Shows what has changed in the view, and this. */
  readonly show: (change?: Partial<Pick<TimelineState, 'isLoading' | 'error'>>) => void
}

/** Loads pages of the room's log into a timeline, one at a time. */
export interface TimelineLoader {
  /** Begins with the first page: of a new timeline, of another log, for another user. */
  readonly begin: () => void
  /** Loads what is missing at the end of the log: the first page, or messages that were missed while the room was left. */
  readonly catchUp: () => void
  /** The room is not joined: the next join catches up, so no retry is due before. */
  readonly pause: () => void
  readonly load: (kind: PageKind, limit?: number) => Promise<void>
  readonly close: () => void
}

export function createLoader({ source, view, event, max, initial, show }: LoaderOptions): TimelineLoader {
  const closing = new AbortController()
  const { signal } = closing
  const loads = new Map<string, Promise<void>>()
  let queue: Promise<unknown> = Promise.resolve()
  let takeInitial: (() => HistoryMessages | undefined) | undefined
  let retryTimer: ReturnType<typeof setTimeout> | undefined

  const isJoined = (): boolean => source.state.getState().status === 'joined'
  const untilJoined = (): Promise<void> => untilState(source.state, verdict, { signal })
  const takePage = (): HistoryMessages | undefined => {
    const page = takeInitial?.()
    takeInitial = undefined
    return page
  }
  const isMissing = (): boolean => !view.isReady || view.isBehind
  const retryLater = (): void => {
    if (isJoined() && !signal.aborted) retryTimer = setTimeout(catchUp, RETRY_MS * (1 + Math.random()))
  }

  /** Runs loads one after another. A load that is asked for again before its end is the same load. */
  const run = (name: string, work: () => Promise<void>): Promise<void> => {
    const known = loads.get(name)
    if (known) return known
    const runNow = async (): Promise<void> => {
      let error: RoomfulError | undefined
      try {
        await work()
      } catch (failure) {
        if (signal.aborted) return
        error = RoomfulError.from(failure)
        throw error
      } finally {
        loads.delete(name)
        show({ isLoading: loads.size > (loads.has(MISSING) ? 1 : 0), error })
      }
    }
    const load = handled(queue.then(runNow))
    queue = load.catch(() => {})
    loads.set(name, load)
    return load
  }

  /** Loads a page when the room is joined. Returns how many messages it adds; undefined where it has to be asked for again. */
  const loadPage = async (wanted: PageKind, limit = max): Promise<number | undefined> => {
    await untilJoined()
    view.continueIn(source.epoch())
    const { generation, oldest, newest } = view
    const kind = oldest === undefined ? 'latest' : wanted
    const from = { older: { before: oldest ?? 0 }, newer: { after: newest ?? 0 }, latest: {} }[kind]
    view.isLoadingOlder = kind === 'older'
    view.isLoading = true
    try {
      const page = (kind === 'latest' && takePage()) || (await source.history({ limit: Math.min(limit, max), ...from }))
      if (signal.aborted) return 0
      const added = view.page(kind, event, page, generation)
      const isMissing = (kind === 'older' && view.hasOlder) || (kind === 'newer' && view.hasNewer)
      if (added === 0 && isMissing && view.oldest === oldest && view.newest === newest)
        throw new RoomfulError('INVALID', "the server's page has none of the messages that follow")
      return added
    } catch (failure) {
      const { code } = RoomfulError.from(failure)
      if (code === 'UNSUPPORTED') view.withoutHistory()
      else if (code !== 'EPOCH' && (code !== 'DISCONNECTED' || isJoined())) throw failure
      return undefined
    } finally {
      view.isLoadingOlder = false
      view.loaded()
      show()
    }
  }

  const loadPages = async (kind: PageKind, limit: number | undefined): Promise<void> => {
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      if (kind !== 'older' && !view.hasNewer) return
      const added = await loadPage(kind, limit)
      if (kind === 'older' ? view.hasOlder === false || added : kind === 'newer' && added) return
    }
  }

  const loadMissing = async (): Promise<void> => {
    try {
      for (let pages = 0; pages <= MAX_PAGES && isMissing(); pages += 1) {
        if (view.isReady) await loadPage(pages < MAX_PAGES ? 'newer' : 'latest')
        else if (initial !== undefined) await loadPage('latest', initial)
        else {
          await untilJoined()
          view.isReady = true
        }
      }
      if (isMissing()) retryLater()
    } catch (failure) {
      if (!isPermanent(RoomfulError.from(failure))) retryLater()
      throw failure
    }
  }

  const catchUp = (): void => {
    clearTimeout(retryTimer)
    if (isMissing()) void run(MISSING, loadMissing)
  }

  return {
    begin() {
      takePage()
      takeInitial = initial === undefined || isJoined() ? undefined : source.requestInitial(Math.min(initial, max))
      view.isReady = initial === undefined && isJoined()
      show({ error: undefined })
      catchUp()
    },
    catchUp,
    pause: () => clearTimeout(retryTimer),
    load(kind, limit) {
      const load = run(kind, () => loadPages(kind, limit))
      show({ isLoading: true, error: undefined })
      return load
    },
    close() {
      closing.abort()
      clearTimeout(retryTimer)
      takePage()
    },
  }
}

/** Joined, or why the room cannot be joined. A join that is refused for now is tried again. */
function verdict({ status, error }: RoomState): Error | true | undefined {
  if (status === 'joined') return true
  return status === 'failed' && !isPermanent(error) ? undefined : error
}
