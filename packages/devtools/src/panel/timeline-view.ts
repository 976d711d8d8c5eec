import type { Trace, TraceEntry } from '@roomful/testing/trace'
import type { Inspector } from '../inspector/inspector-types.ts'
import type { Recorded } from '../recorder/recorder.ts'
import { button, h, select, setAttribute, setText, type View } from './dom.ts'
import { type EntryText, textOf, timeText } from './entry-text.ts'
import { openTrace, saveTrace } from './trace-file.ts'
import { WindowedList } from './windowed-list.ts'

const GROUPS = [
  ['all', 'Everything'],
  ['packets', 'Packets'],
  ['states', 'States'],
  ['problems', 'Drops and errors'],
  ['faults', 'Faults'],
] as const

/** The recording, or a trace that was opened, as a list with the details of the selected entry. */
export function createTimelineView(inspector: Inspector): View {
  let paused: readonly Recorded[] | undefined
  let opened: { readonly name: string; readonly entries: readonly Recorded[] } | undefined
  let shown: readonly Recorded[] = []
  let group = 'all'
  /** Texts of entries: they do not change, and are searched with each update. */
  const texts = new WeakMap<TraceEntry, EntryText>()
  const cachedText = (entry: TraceEntry): EntryText => {
    const known = texts.get(entry) ?? textOf(entry)
    texts.set(entry, known)
    return known
  }

  const details = h('pre', { class: 'details', tabindex: 0, role: 'region', 'aria-label': 'Details of the entry' })
  const showDetails = (key: number | undefined): void => {
    const found = shown.find(({ number }) => number === key)
    setText(details, found ? JSON.stringify(found.entry, null, 2) : 'Select an entry to see its data.')
  }
  const list = new WindowedList('Timeline', showDetails)

  const search = h('input', { type: 'search', placeholder: 'Event, room, text', 'aria-label': 'Filter the timeline' })
  search.addEventListener('input', () => update())
  const groups = select('Show', GROUPS, (value) => {
    group = value
    update()
  })
  const pause = button('Pause', () => {
    paused = paused ? undefined : inspector.entries
    update()
  })
  const clear = button('Clear', () => {
    paused = paused && []
    inspector.clear()
    showNothing()
    update()
  })
  const withData = h('input', { type: 'checkbox' })
  const save = button('Save trace', () => saveTrace(inspector.trace({ withData: withData.checked })))
  const message = h('p', { class: 'message', role: 'status' })
  const file = h('input', { type: 'file', accept: '.json,application/json', 'aria-label': 'Trace file', hidden: true })
  const open = button('Open trace', () => file.click())
  const back = button('Back to live', () => {
    opened = undefined
    showNothing()
    setText(message, '')
    update()
  })
  file.addEventListener('change', () => void openFile())

  async function openFile(): Promise<void> {
    const chosen = file.files?.[0]
    file.value = ''
    if (!chosen) return
    try {
      const trace = await openTrace(chosen)
      opened = { name: chosen.name, entries: numbered(trace) }
      setText(message, fileText(chosen.name, trace))
    } catch (error) {
      setText(message, `${chosen.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
    showNothing()
    update()
  }

  function showNothing(): void {
    list.unselect()
    showDetails(undefined)
  }

  function update(): void {
    const source = opened?.entries ?? paused ?? inspector.entries
    const words = search.value.toLowerCase()
    shown = source.filter(({ entry }) => {
      const text = cachedText(entry)
      const isInGroup = group === 'all' || text.group === group
      return isInGroup && (words === '' || `${text.kind} ${text.title} ${text.detail}`.toLowerCase().includes(words))
    })
    setText(pause, paused ? 'Resume' : 'Pause')
    setAttribute(pause, 'disabled', opened !== undefined)
    setAttribute(clear, 'disabled', opened !== undefined)
    setAttribute(back, 'hidden', opened === undefined)
    const rows = shown
    list.show(
      rows.length,
      (index) => rows[index]?.number ?? 0,
      (index) => {
        const { number, entry } = rows[index]!
        const { kind, title, detail } = cachedText(entry)
        return {
          key: number,
          className: `kind-${kind}`,
          cells: [
            ['time', timeText(entry.at)],
            ['kind', kind],
            ['title', title],
            ['detail', detail],
          ],
        }
      },
    )
  }

  showDetails(undefined)
  const element = h(
    'div',
    { class: 'timeline' },
    h(
      'div',
      { class: 'toolbar' },
      search,
      groups.element,
      pause,
      clear,
      save,
      h('label', { class: 'check' }, withData, h('span', {}, 'with message data')),
      open,
      file,
      back,
    ),
    message,
    h('div', { class: 'split' }, list.element, details),
  )
  return { element, update }
}

function numbered({ entries, dropped }: Trace): Recorded[] {
  return entries.map((entry, index) => ({ number: dropped + index, entry }))
}

function fileText(name: string, { entries, data, dropped, url, startedAt }: Trace): string {
  const lost = dropped > 0 ? `, ${dropped} earlier ones were dropped` : ''
  const masked = data === 'masked' ? ', message data masked' : ''
  return `${name}: ${entries.length} entries of ${url}, ${new Date(startedAt).toLocaleString()}${masked}${lost}`
}
