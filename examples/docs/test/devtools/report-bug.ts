import { createInspector } from '@roomful/devtools/inspector'
import { client } from './client.ts'

const inspector = createInspector(client, { maxEntries: 500 })

/** The last 500 entries as text, with the data of messages replaced. */
export const traceForBugReport = (): string => JSON.stringify(inspector.trace())

export const breakIt = {
  cut: () => inspector.faults.cut(),
  slow: () => inspector.faults.latency(2_000),
  loseNextMessage: () =>
    inspector.faults.dropNext(({ direction, event }) => direction === 'toClient' && event === '$events'),
  heal: () => inspector.faults.pass(),
}
