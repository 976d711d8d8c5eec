import { startServer } from './bench-server.ts'
import { runInPage } from './chromium.ts'
import { rounds, type Table } from './rounds.ts'
import { STORM_CONTENDERS, STORM_BASELINE, type StormContender } from './storm-types.ts'

const RATE = 5_000
const SECONDS = 2

/** 1,000 components show 5,000 events a second (goal G5); keyed, each shows only its own events (goal G6). */
export async function storms(): Promise<Table> {
  const { url } = await startServer('plain')
  const storm = (contender: StormContender, keyed: boolean) =>
    runInPage('storm', [url, { contender, keyed, rate: RATE, seconds: SECONDS }])
  const shown = await rounds(3, STORM_CONTENDERS, async (contender) => {
    const measured: Record<string, number> = {}
    for (const [name, keyed] of [
      ['all', false],
      ['keyed', true],
    ] as const) {
      const { result, busyMs } = await storm(contender, keyed)
      measured[`${name}: main thread, ms`] = busyMs
      measured[`${name}: commits a second`] = result.commits / SECONDS
      measured[`${name}: last event on the screen, ms`] = result.lastAfterMs
    }
    return measured
  })
  const baseline = await rounds(3, [STORM_CONTENDERS[0], STORM_BASELINE], async (contender) => ({
    [`keyed, ${STORM_BASELINE}: main thread, ms`]: (await storm(contender, true)).busyMs,
  }))
  return { ...shown, ...baseline }
}
