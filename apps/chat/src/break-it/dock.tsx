import { useState } from 'react'
import { useConnection, useRoom } from '../realtime.ts'
import { sentence } from '../sentences.ts'
import { useCurrentRoom } from '../use-current-room.ts'
import { canBreakServer, connectionExperiments, type Experiment, serverExperiments } from './experiments.ts'
import { HowItIsMade } from './how-it-is-made.tsx'
import { countSent, lineOf } from './line-of.ts'
import { Promises } from './promises.tsx'
import { useInspector } from './use-inspector.ts'
import { useStorm } from './use-storm.ts'

const LATENCY_MS = 2_000
const MAX_LINES = 40

export default function Dock() {
  const inspector = useInspector()
  const { faults } = inspector
  const name = useCurrentRoom()
  const { room } = useRoom(name)
  const storm = useStorm(room)
  const guarantees = useConnection((state) => (state.status === 'connected' ? state.guarantees : undefined))
  const [problem, setProblem] = useState<string>()
  /** What the visitor is about to see. */
  const [expected, setExpected] = useState('')
  const recorded = inspector.entries
  const { sent, again } = countSent(recorded.map(({ entry }) => entry))

  const switches = [
    {
      label: 'Go offline',
      expect: 'What you write waits in this browser, also over a reload. Press again to go online.',
      isOn: faults.isOffline,
      toggle: () => (faults.isOffline ? faults.online() : faults.offline()),
    },
    {
      label: 'Two seconds late',
      expect: 'Your messages are shown at once, and marked until they are stored. Press again to end it.',
      isOn: faults.latencyMs > 0,
      toggle: () => faults.latency(faults.latencyMs > 0 ? 0 : LATENCY_MS),
    },
    {
      label: 'Send a storm',
      expect: '25 messages a second for ten seconds. The page keeps its frame rate.',
      isOn: storm.isRunning,
      toggle: storm.toggle,
    },
  ]

  async function run(experiment: Experiment) {
    setProblem(undefined)
    setExpected(experiment.expect)
    try {
      await experiment.run(faults)
    } catch (error) {
      setProblem(sentence((error as Error).message))
    }
  }

  return (
    <>
      <p className="lead">Write something, break something, and watch: nothing is lost, nothing comes twice.</p>
      <ul className="experiments" aria-label="Experiments">
        {switches.map(({ label, expect, isOn, toggle }) => (
          <li key={label}>
            <button
              type="button"
              className="button quiet small"
              aria-pressed={isOn}
              title={expect}
              onClick={() => void run({ label, expect, run: toggle })}
            >
              {label}
            </button>
          </li>
        ))}
        {[...connectionExperiments, ...(canBreakServer ? serverExperiments : [])].map((experiment) => (
          <li key={experiment.label}>
            <button
              type="button"
              className="button quiet small"
              title={experiment.expect}
              onClick={() => void run(experiment)}
            >
              {experiment.label}
            </button>
          </li>
        ))}
      </ul>
      <p className="expected" aria-live="polite">
        {expected}
      </p>
      <p className="problem" role="alert">
        {problem}
      </p>
      <h3>What happens</h3>
      <p className="tally">
        <span>{sent} sent</span> <span>{again} sent again</span>
        {storm.framesPerSecond !== undefined && <span>{storm.framesPerSecond} frames a second</span>}
      </p>
      <ol className="lines" aria-label="What happens">
        {recorded
          .slice(-200)
          .map(({ number, entry }) => ({ number, at: entry.at, line: lineOf(entry) }))
          .filter(({ line }) => line !== undefined)
          .slice(-MAX_LINES)
          .reverse()
          .map(({ number, at, line }) => (
            <li key={number}>
              <time>{(at / 1000).toFixed(1)} s</time> {line}
            </li>
          ))}
      </ol>
      <Promises guarantees={guarantees} />
      <HowItIsMade />
    </>
  )
}
