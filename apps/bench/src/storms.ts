import { startServer } from './bench-server.ts'
import { runInPage } from './chromium.ts'
import { isQuick } from './options.ts'
import { type Measured, rounds, type Table } from './rounds.ts'
import { STORM_BASELINE, STORM_CONTENDERS, STORM_PLAIN, type StormContender } from './storm-types.ts'

const ROWS = [
  ['all', false],
  ['keyed', true],
] as const
const RATE = 5_000
const SECONDS = isQuick ? 1 : 2

const GOALS: Readonly<Record<string, string>> = {
  'all: main thread, ms': '≤ 0.25',
  'keyed: main thread, ms': '≤ 0.55',
  'all: commits a second': '≤ 62',
  'keyed: commits a second': '≤ 62',
  'all: last event on the screen, ms': '≤ 50 ms',
  'keyed: last event on the screen, ms': '≤ 50 ms',
}

/** 1,000 components show 5,000 events a second (goal G5); keyed, each shows only its own events (goal G6). */
export async function storms(): Promise<Table> {
  const { url: plainUrl } = await startServer('plain')
  const { url: roomsUrl } = await startServer('rooms')
  const [peer, ours] = STORM_CONTENDERS
  const storm = (contender: StormContender, keyed: boolean) =>
    runInPage('storm', [contender === ours ? roomsUrl : plainUrl, { contender, keyed, rate: RATE, seconds: SECONDS }])
  const measure = async (contender: StormContender): Promise<Measured> => {
    const measured: Record<string, number> = {}
    for (const [name, keyed] of ROWS) {
      const { result, busyMs } = await storm(contender, keyed)
      measured[`${name}: main thread, ms`] = busyMs
      measured[`${name}: commits a second`] = result.commits / SECONDS
      measured[`${name}: last event on the screen, ms`] = result.lastAfterMs
    }
    return measured
  }
  const table = await rounds(3, [peer, ours], measure, { goals: GOALS })
  if (isQuick) return table
  for (const lower of [STORM_PLAIN, STORM_BASELINE] as const)
    Object.assign(
      table,
      await rounds(3, [peer, lower], async (contender) => ({
        [`keyed, ${lower}: main thread, ms`]: (await storm(contender, true)).busyMs,
      })),
    )
  return table
}
