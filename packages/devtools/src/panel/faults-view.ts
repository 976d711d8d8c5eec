import { RoomfulError } from '@roomful/contract'
import type { Packet } from '@roomful/testing/faults'
import type { Inspector } from '../inspector/inspector-types.ts'
import { button, h, select, setAttribute, setText, type View } from './dom.ts'
import { textOf } from './entry-text.ts'

const LATENCIES = ['0', '100', '500', '2000', '5000', '10000'].map(
  (ms) => [ms, ms === '0' ? 'none' : `${ms} ms each way`] as const,
)

/** Packets of roomful/1 that carry messages of the app; the others keep rooms going. */
const MESSAGES = new Set(['$events', '$publish', '$volatile'])
const isMessage = ({ type, event = '' }: Packet): boolean =>
  type === 'event' && (!event.startsWith('$') || MESSAGES.has(event))

const TARGETS = {
  in: ['a message from the server', (packet) => isMessage(packet) && packet.direction === 'toClient'],
  out: ['a message to the server', (packet) => isMessage(packet) && packet.direction === 'toServer'],
  ack: ['an answer of the server', ({ type }) => type === 'ack'],
} as const satisfies Readonly<Record<string, readonly [string, (packet: Packet) => boolean]>>

/** Faults at a click, on this client only. */
export function createFaultsView(inspector: Inspector): View {
  const { faults } = inspector
  const message = h('p', { class: 'message', role: 'status' })
  const attempt = (act: () => void) => () => {
    try {
      act()
    } catch (error) {
      if (!(error instanceof RoomfulError)) throw error
      setText(message, error.message)
    }
  }
  const offline = button(
    'Offline',
    attempt(() => (faults.isOffline ? faults.online() : faults.offline())),
  )
  const latency = select('Latency', LATENCIES, (value) => faults.latency(Number(value)))
  let target: keyof typeof TARGETS = 'in'
  const targets = select(
    'Packet',
    Object.entries(TARGETS).map(([value, [text]]) => [value, text]),
    (value) => {
      target = value as keyof typeof TARGETS
    },
  )
  const chosen = () => {
    const matches = TARGETS[target][1] // as chosen at the click
    return (packet: Packet) => matches(packet)
  }

  const element = h(
    'div',
    { class: 'scroll faults' },
    group('Connection', [
      button(
        'Cut once',
        attempt(() => faults.cut()),
      ),
      offline,
      latency.element,
      button(
        'Expire the token',
        attempt(() => void faults.expireToken()),
      ),
    ]),
    group('Next packet', [
      targets.element,
      button('Drop', () => faults.dropNext(chosen())),
      button('Deliver twice', () => faults.duplicateNext(chosen())),
      button('Swap two', () => faults.reorderNext(chosen())),
    ]),
    group('All', [button('End all faults', () => faults.pass())]),
    message,
    h(
      'p',
      { class: 'note' },
      'Faults affect whole packets of this client, and not its heartbeats. A cut also affects clients that share the connection.',
    ),
  )
  let lastFault: number | undefined
  return {
    element,
    update() {
      setAttribute(offline, 'aria-pressed', String(faults.isOffline))
      const ms = String(faults.latencyMs)
      if (latency.input.value !== ms && LATENCIES.some(([value]) => value === ms)) latency.input.value = ms
      const last = inspector.entries.filter(({ entry }) => entry.type === 'fault').at(-1)
      if (!last || last.number === lastFault) return
      lastFault = last.number
      const { title, detail } = textOf(last.entry)
      setText(message, detail ? `${title}: ${detail}` : title)
    },
  }
}

function group(title: string, controls: readonly Node[]): HTMLElement {
  return h('fieldset', {}, h('legend', {}, title), h('div', { class: 'controls' }, ...controls))
}
