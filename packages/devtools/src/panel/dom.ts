type Attributes = Readonly<Record<string, string | boolean | number | undefined>>
type Child = Node | string | undefined | false

/** Makes an element; `true` sets an empty attribute, `false` and undefined set none. Texts are never read as HTML. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value)
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false))
  return element
}

export function setAttribute(element: Element, name: string, value: Attributes[string]): void {
  if (value === undefined || value === false) element.removeAttribute(name)
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value === true ? '' : String(value))
}

/** Changes a text only where it differs: screen readers read out a change of a live region. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

export function button(text: string, onClick: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = h('button', { type: 'button', ...attributes }, text)
  made.addEventListener('click', onClick)
  return made
}

/** A choice with a label before it. */
export function select(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  onChange: (value: string) => void,
): { readonly element: HTMLLabelElement; readonly input: HTMLSelectElement } {
  const input = h('select', {}, ...options.map(([value, text]) => h('option', { value }, text)))
  input.addEventListener('change', () => onChange(input.value))
  return { element: h('label', {}, h('span', {}, label), input), input }
}

/** A table with a header row; the first cell of each row is its header. */
export function table(label: string, heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  const body = rows.map((cells) =>
    h('tr', {}, ...cells.map((cell, index) => (index === 0 ? h('th', { scope: 'row' }, cell) : h('td', {}, cell)))),
  )
  return h(
    'table',
    { 'aria-label': label },
    h('thead', {}, h('tr', {}, ...heads.map((head) => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, ...body),
  )
}

/** A part of the panel. `update` is called at most once a frame, while the part is visible. */
export interface View {
  readonly element: HTMLElement
  update(): void
}

/** Calls `render` only where the state differs from the last one, as JSON. */
export function onChange<State>(render: (state: State) => void): (state: State) => void {
  let last: string | undefined
  return (state) => {
    const text = JSON.stringify(state)
    if (text === last) return
    last = text
    render(state)
  }
}
