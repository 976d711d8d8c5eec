import type { Inspector } from '../inspector/inspector-types.ts'
import { h, onChange, setText, table, type View } from './dom.ts'

const STATES = ['queued', 'sending', 'unknown', 'rejected', 'confirmed'] as const
const MAX_ROWS = 200
const MAX_TEXT = 120

/** The messages of this client that the server has not confirmed, by their states. */
export function createOutboxView(inspector: Inspector): View {
  const note = h('p', { class: 'note' })
  const place = h('div', { class: 'scroll' })
  const render = onChange((rows: readonly (readonly string[])[]) => {
    place.replaceChildren(
      rows.length === 0
        ? h('p', { class: 'note' }, 'No message to a room waits.')
        : table('Messages', ['State', 'Room', 'Event', 'Data', 'Error'], rows),
    )
  })
  return {
    element: h('div', {}, note, place),
    update() {
      const { outbox, roomList } = inspector.snapshot()
      const { queued, sending, storage, waitingForUser } = outbox
      const others = waitingForUser > 0 ? ` · ${waitingForUser} of earlier pages wait for their user` : ''
      setText(note, `${queued} queued · ${sending} sending · stored in: ${storage}${others}`)
      const messages = roomList.flatMap(({ name, outgoing }) => outgoing.map((message) => ({ name, message })))
      const rows = STATES.flatMap((state) => messages.filter(({ message }) => message.state === state))
      render(
        rows.slice(0, MAX_ROWS).map(({ name, message: { state, event, data, error } }) => {
          const text = JSON.stringify(data) ?? ''
          return [state, name, event, text.slice(0, MAX_TEXT), error ? `${error.code}: ${error.message}` : '']
        }),
      )
    },
  }
}
