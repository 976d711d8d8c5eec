import type { Inspector } from '@roomful/devtools/inspector'
import { server } from '../server.ts'

export interface Experiment {
  readonly label: string
  /** What the visitor will see. */
  readonly expect: string
  /** Throws an error with a sentence for the visitor if the experiment cannot begin. */
  readonly run: (faults: Inspector['faults']) => void | Promise<void>
}

/** A message from this client, or to it. */
const isMessage = ({ event }: { readonly event?: string | undefined }) => event === '$publish' || event === '$events'

export const connectionExperiments: readonly Experiment[] = [
  {
    label: 'Cut the line',
    expect: 'A new connection within a second. Messages of the meantime are fetched.',
    run: (faults) => faults.cut(),
  },
  {
    label: 'Lose a packet',
    expect: 'The next message is sent again, and stored once.',
    run: (faults) => faults.dropNext(isMessage),
  },
  {
    label: 'Double a packet',
    expect: 'The next message arrives twice, and is stored once.',
    run: (faults) => faults.duplicateNext(isMessage),
  },
  {
    label: 'Swap two packets',
    expect: 'The next two packets change places. Messages are shown in the order of the room.',
    run: (faults) => faults.reorderNext(isMessage),
  },
  {
    label: 'Expire the token',
    expect: 'The client asks for a new one, and you stay signed in.',
    run: (faults) => void faults.expireToken(),
  },
]

export const serverExperiments: readonly Experiment[] = [
  {
    label: 'Kill the server',
    expect: 'It starts again after a second. What you write meanwhile is sent then.',
    run: () => post('kill-server'),
  },
  {
    label: 'Forget the log',
    expect: 'The history begins anew, and each page says so.',
    run: () => post('forget-log'),
  },
]

/** The server of `npm start` takes these requests; any other refuses them. */
export const canBreakServer = import.meta.env['VITE_DEMO_FAULTS'] === 'on'

async function post(path: string): Promise<void> {
  const response = await fetch(`${server.url}/demo/${path}`, { method: 'POST' }).catch(() => undefined)
  if (!response?.ok) throw new Error('The server did not take the request.')
}
