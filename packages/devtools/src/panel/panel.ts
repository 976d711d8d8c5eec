import type { ConnectionState } from '@roomful/client'
import type { Inspector } from '../inspector/inspector-types.ts'
import { createConnectionView } from './connection-view.ts'
import { button, h, setAttribute, setText, type View } from './dom.ts'
import { milliseconds } from './entry-text.ts'
import { createFaultsView } from './faults-view.ts'
import { createOutboxView } from './outbox-view.ts'
import { createRoomsView } from './rooms-view.ts'
import { createTimelineView } from './timeline-view.ts'

/** How the panel begins. */
export interface PanelOptions {
  /** Whether the panel is open at first. @default false */
  readonly isOpen?: boolean
  /** The corner of the button. @default "bottom-right" */
  readonly position?: 'bottom-right' | 'bottom-left'
}

interface Tab {
  readonly tab: HTMLButtonElement
  readonly place: HTMLElement
  readonly view: View
}

/** A button in a corner that opens the panel: tabs, of which the visible one is updated at most once a frame. */
export class Panel {
  readonly element: HTMLElement
  readonly #inspector: Inspector
  readonly #toggle: HTMLButtonElement
  readonly #panel: HTMLElement
  readonly #status = h('span', {})
  readonly #statusBox: HTMLElement
  readonly #tabs: readonly Tab[]
  readonly #unsubscribe: () => void
  #current = 0
  #frame: number | undefined

  constructor(inspector: Inspector, { isOpen = false, position = 'bottom-right' }: PanelOptions) {
    this.#inspector = inspector
    const views: readonly (readonly [string, View])[] = [
      ['Timeline', createTimelineView(inspector)],
      ['Rooms', createRoomsView(inspector)],
      ['Outbox', createOutboxView(inspector)],
      ['Connection', createConnectionView(inspector)],
      ['Faults', createFaultsView(inspector)],
    ]
    this.#tabs = views.map(([title, view], index) => this.#createTab(title, view, index))
    const tablist = h(
      'div',
      { class: 'tabs', role: 'tablist', 'aria-label': 'Parts' },
      ...this.#tabs.map(({ tab }) => tab),
    )
    tablist.addEventListener('keydown', (event) => this.#onTabKey(event))
    this.#statusBox = h('div', { class: 'status' }, h('span', { class: 'dot', 'aria-hidden': 'true' }), this.#status)
    this.#panel = h(
      'section',
      { class: 'panel', id: 'panel', 'aria-label': 'Roomful devtools', hidden: !isOpen },
      h(
        'header',
        {},
        this.#statusBox,
        tablist,
        button('Close', () => this.#setOpen(false)),
      ),
      ...this.#tabs.map(({ place }) => place),
    )
    this.#panel.addEventListener('keydown', (event) => {
      event.stopPropagation() // shortcuts of the page are for the page
      if (event.key === 'Escape' && !event.defaultPrevented) this.#setOpen(false)
    })
    this.#toggle = button('', () => this.#setOpen(true), { class: 'toggle', 'aria-controls': 'panel' })
    this.#toggle.append(h('span', { class: 'dot', 'aria-hidden': 'true' }), 'Roomful')
    this.element = h(
      'div',
      { class: `root ${position === 'bottom-left' ? 'left' : 'right'}` },
      this.#toggle,
      this.#panel,
    )
    this.#select(0)
    this.#showOpen(isOpen)
    this.#unsubscribe = inspector.subscribe(() => this.#schedule())
  }

  close(): void {
    this.#unsubscribe()
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.element.remove()
  }

  #createTab(title: string, view: View, index: number): Tab {
    const tab = button(title, () => this.#select(index), {
      role: 'tab',
      id: `tab-${index}`,
      'aria-controls': `part-${index}`,
    })
    const place = h(
      'div',
      { role: 'tabpanel', id: `part-${index}`, 'aria-labelledby': `tab-${index}`, tabindex: 0 },
      view.element,
    )
    return { tab, place, view }
  }

  #setOpen(isOpen: boolean): void {
    this.#showOpen(isOpen)
    if (isOpen) this.#tabs[this.#current]?.tab.focus()
    else this.#toggle.focus()
  }

  #showOpen(isOpen: boolean): void {
    setAttribute(this.#panel, 'hidden', !isOpen)
    setAttribute(this.#toggle, 'hidden', isOpen)
    setAttribute(this.#toggle, 'aria-expanded', String(isOpen))
    this.#schedule()
  }

  #select(index: number): void {
    this.#current = index
    this.#tabs.forEach(({ tab, place }, each) => {
      setAttribute(tab, 'aria-selected', String(each === index))
      tab.tabIndex = each === index ? 0 : -1
      setAttribute(place, 'hidden', each !== index)
    })
    this.#schedule()
  }

  #onTabKey(event: KeyboardEvent): void {
    const { length } = this.#tabs
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: this.#current + 1,
      ArrowLeft: this.#current - 1,
      Home: 0,
      End: length - 1,
    }
    const next = moves[event.key]
    if (next === undefined) return
    event.preventDefault()
    const index = (next + length) % length
    this.#select(index)
    this.#tabs[index]?.tab.focus()
  }

  #schedule(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      this.#update()
    })
  }

  #update(): void {
    const { connection, roundTrip } = this.#inspector.snapshot()
    setAttribute(this.#toggle, 'data-status', connection.status)
    setAttribute(this.#toggle, 'aria-label', `Roomful devtools: ${connection.status}`)
    if (this.#panel.hidden) return
    setAttribute(this.#statusBox, 'data-status', connection.status)
    setText(this.#status, statusText(connection, roundTrip?.lastMs))
    this.#tabs[this.#current]?.view.update()
  }
}

function statusText({ status, reason }: ConnectionState<unknown>, lastMs: number | undefined): string {
  if (status === 'connected') return lastMs === undefined ? status : `${status} · ${milliseconds(lastMs)}`
  return reason === undefined ? status : `${status} (${reason})`
}
