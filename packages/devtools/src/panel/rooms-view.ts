import type { Inspector, RoomSnapshot } from '../inspector/inspector-types.ts'
import { h, onChange, setText, table, type View } from './dom.ts'

/** The rooms of the client: states, why the client is in them, members. */
export function createRoomsView(inspector: Inspector): View {
  const note = h('p', { class: 'note' })
  const place = h('div', { class: 'scroll' })
  /** The rooms whose members are shown. */
  const open = new Set<string>()
  const render = onChange((rooms: readonly RoomRow[]) => {
    place.replaceChildren(table('Rooms', ['Room', 'State', 'Held by', 'Members', 'Messages waiting'], rooms.map(cells)))
  })

  function cells({ name, state, error, heldBy, members, memberText, waiting }: RoomRow): (Node | string)[] {
    return [name, error ? `${state}: ${error}` : state, heldBy, membersCell(name, memberText, members), String(waiting)]
  }

  function membersCell(room: string, text: string, members: readonly string[]): Node | string {
    if (members.length === 0) return text
    const cell = h(
      'details',
      { open: open.has(room) },
      h('summary', {}, text),
      h('ul', {}, ...members.map((member) => h('li', {}, member))),
    )
    cell.addEventListener('toggle', () => void (cell.open ? open.add(room) : open.delete(room)))
    return cell
  }

  return {
    element: h('div', {}, note, place),
    update() {
      const { roomList, roomCount } = inspector.snapshot()
      const more = roomCount > roomList.length ? ` The first ${roomList.length} of ${roomCount} are listed.` : ''
      setText(note, roomCount === 0 ? 'The client uses no room.' : `${plural(roomCount, 'room')} in use.${more}`)
      render(roomList.map(roomRow))
    },
  }
}

interface RoomRow {
  readonly name: string
  readonly state: string
  readonly error: string | undefined
  readonly heldBy: string
  readonly memberText: string
  readonly members: readonly string[]
  readonly waiting: number
}

function roomRow({ name, state, use, members, memberCount, outgoing }: RoomSnapshot): RoomRow {
  const holders = [
    use.holders > 0 && `${plural(use.holders, 'hook')} or retain()`,
    use.isJoined && 'join()',
    use.isNeeded && 'waiting messages',
  ]
  const more = memberCount !== undefined && memberCount > members.length ? ` (${members.length} listed)` : ''
  return {
    name,
    state: state.status,
    error: state.error && `${state.error.code}, ${state.error.message}`,
    heldBy: holders.filter(Boolean).join(', ') || 'nothing',
    memberText: `${memberCount ?? (members.length > 0 ? members.length : 'not counted')}${more}`,
    members: members.map(({ user, presence }) => {
      const { id, ...details } = user as { readonly id: string }
      const parts = [
        Object.keys(details).length > 0 && JSON.stringify(details),
        presence !== undefined && JSON.stringify(presence),
      ]
      return [id, ...parts].filter(Boolean).join(' · ')
    }),
    waiting: outgoing.filter((message) => message.state === 'queued' || message.state === 'sending').length,
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
