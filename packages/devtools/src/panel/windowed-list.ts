import { h, setAttribute } from './dom.ts'

const ROW_PX = 26
/** Rows above and below the visible ones. */
const MORE_ROWS = 8
const PAGE_ROWS = 10

/** One row; `key` is the number of its entry. */
export interface Row {
  readonly key: number
  readonly className: string
  readonly cells: readonly (readonly [className: string, text: string])[]
}

/** A list of which only the visible rows are in the document. It follows the newest row while it is scrolled to the end. */
export class WindowedList {
  readonly element: HTMLElement
  readonly #space = h('div', { role: 'presentation', class: 'space' })
  readonly #onSelect: (key: number | undefined) => void
  #count = 0
  #keyAt: (index: number) => number = () => 0
  #rowAt: (index: number) => Row = () => ({ key: 0, className: '', cells: [] })
  #selected: number | undefined
  #firstKey = 0
  #isAtEnd = true

  constructor(label: string, onSelect: (key: number | undefined) => void) {
    this.#onSelect = onSelect
    this.element = h('div', { class: 'list', role: 'listbox', tabindex: 0, 'aria-label': label }, this.#space)
    this.element.addEventListener('scroll', () => this.#draw(), { passive: true })
    this.element.addEventListener('keydown', (event) => this.#onKey(event))
    this.element.addEventListener('click', (event) => {
      const row = (event.target as Element).closest('[role=option]')
      if (row) this.#select(this.#indexOf(Number(row.getAttribute('data-key'))))
    })
  }

  /** The keys rise; `rowAt` is called for visible rows only. */
  show(count: number, keyAt: (index: number) => number, rowAt: (index: number) => Row): void {
    const { scrollTop, scrollHeight, clientHeight } = this.element
    this.#isAtEnd = clientHeight === 0 || scrollTop + clientHeight >= scrollHeight - ROW_PX
    const firstKey = count > 0 ? keyAt(0) : 0
    const removed = this.#count > 0 ? firstKey - this.#firstKey : 0
    this.#count = count
    this.#keyAt = keyAt
    this.#rowAt = rowAt
    this.#firstKey = firstKey
    this.#space.style.height = `${count * ROW_PX}px`
    if (this.#isAtEnd && this.#selected === undefined) this.element.scrollTop = count * ROW_PX
    else if (removed > 0) this.element.scrollTop = Math.max(0, scrollTop - removed * ROW_PX)
    this.#draw()
  }

  /** Selects no row. */
  unselect(): void {
    this.#selected = undefined
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.element
    const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - MORE_ROWS)
    const end = Math.min(this.#count, Math.ceil((scrollTop + clientHeight) / ROW_PX) + MORE_ROWS)
    const rows: HTMLElement[] = []
    for (let index = first; index < end; index += 1) rows.push(this.#rowElement(index))
    this.#space.replaceChildren(...rows)
    const isShown = rows.some((row) => row.getAttribute('aria-selected') === 'true')
    setAttribute(this.element, 'aria-activedescendant', isShown ? `row-${this.#selected}` : undefined)
  }

  #rowElement(index: number): HTMLElement {
    const { key, className, cells } = this.#rowAt(index)
    return h(
      'div',
      {
        id: `row-${key}`,
        class: `row ${className}`,
        role: 'option',
        style: `top:${index * ROW_PX}px`,
        'data-key': key,
        'aria-selected': String(key === this.#selected),
        'aria-setsize': this.#count,
        'aria-posinset': index + 1,
      },
      ...cells.map(([name, text]) => h('span', { class: name }, text)),
    )
  }

  #onKey(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: PAGE_ROWS,
      PageUp: -PAGE_ROWS,
      Home: -this.#count,
      End: this.#count,
    }
    const move = moves[event.key]
    if (move === undefined || this.#count === 0) return
    event.preventDefault()
    const from = this.#selected === undefined ? this.#count : this.#indexOf(this.#selected)
    this.#select(Math.min(this.#count - 1, Math.max(0, from + move)))
  }

  #select(index: number): void {
    this.#selected = this.#keyAt(index)
    const top = index * ROW_PX
    const { scrollTop, clientHeight } = this.element
    if (top < scrollTop) this.element.scrollTop = top
    else if (top + ROW_PX > scrollTop + clientHeight) this.element.scrollTop = top + ROW_PX - clientHeight
    this.#draw()
    this.#onSelect(this.#selected)
  }

  /** The place of a key, or where it would be. */
  #indexOf(key: number): number {
    let [low, high] = [0, this.#count]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#keyAt(middle) < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
