import { expect, onTestFinished, test } from 'vitest'
import { cdp, page, userEvent } from 'vitest/browser'
import { createInspector } from '../../src/inspector.ts'
import { defineRoomfulDevtools } from '../../src/production.ts'
import { expectAccessible, find, openPanel, openTab, rowsOf, shadowOf } from './support.ts'

const visibleText = (root: ShadowRoot): string => find(root, 'section', 'Roomful devtools').innerText

test('DV6 a button opens the panel, Escape closes it, and the focus follows', async () => {
  const { root } = await openPanel({})
  const toggle = root.querySelector<HTMLElement>('.toggle')!
  await expect.poll(() => toggle.getAttribute('aria-label')).toBe('Roomful devtools: connected')
  expect(find(root, 'section', 'Roomful devtools').hidden).toBe(true)
  toggle.focus()
  await userEvent.keyboard('{Enter}')
  expect(find(root, 'section', 'Roomful devtools').hidden).toBe(false)
  expect(root.activeElement?.textContent).toBe('Timeline')
  await userEvent.keyboard('{ArrowRight}')
  expect(root.activeElement?.textContent).toBe('Rooms')
  await userEvent.keyboard('{End}')
  expect(root.activeElement?.textContent).toBe('Faults')
  await userEvent.keyboard('{ArrowRight}')
  expect(root.activeElement?.getAttribute('aria-selected')).toBe('true')
  await userEvent.keyboard('{Escape}')
  expect(find(root, 'section', 'Roomful devtools').hidden).toBe(true)
  expect(root.activeElement).toBe(toggle)
})

test('DV6 keys in the panel are not keys of the page', async () => {
  const { root } = await openPanel()
  const keys: string[] = []
  const onKey = ({ key }: KeyboardEvent): void => void keys.push(key)
  document.addEventListener('keydown', onKey)
  onTestFinished(() => document.removeEventListener('keydown', onKey))
  root.querySelector<HTMLInputElement>('input[type=search]')!.focus()
  await userEvent.keyboard('k?')
  expect(keys).toEqual([])
})

test('DV7 the timeline shows what happens, filtered by kind and text, with the data of the selected entry', async () => {
  const { client, root, server } = await openPanel()
  await client.emitWithAck('echo', { text: 'one' })
  server.io.emit('news', { text: 'two' })
  await expect
    .poll(() => rowsOf(root))
    .toEqual(expect.arrayContaining([expect.stringContaining('out echo'), expect.stringContaining('in news')]))
  const search = root.querySelector<HTMLInputElement>('input[type=search]')!
  search.value = 'TWO'
  search.dispatchEvent(new Event('input'))
  expect(rowsOf(root)).toEqual(['in news {"text":"two"}'])
  const list = find(root, '[role=listbox]', 'Timeline')
  list.focus()
  await userEvent.keyboard('{ArrowUp}')
  expect(find(root, 'pre', 'Details of the entry').textContent).toContain('"text": "two"')
  expect(list.getAttribute('aria-activedescendant')).toBe(root.querySelector('[aria-selected=true][role=option]')?.id)
  search.value = ''
  search.dispatchEvent(new Event('input'))
  const show = root.querySelector('select')!
  show.value = 'states'
  show.dispatchEvent(new Event('change'))
  expect(rowsOf(root)).toContain('state connection connected ')
  expect(rowsOf(root).join()).not.toContain('echo')
})

test('DV7 a long recording has few rows in the document; it follows the newest one, and stays where a person scrolls', async () => {
  const { client, root, server } = await openPanel({ isOpen: true, maxEntries: 1_500 })
  client.on('news', () => {})
  for (let index = 0; index < 1_400; index += 1) server.io.emit('news', index)
  await expect.poll(() => rowsOf(root).at(-1)).toBe('in news 1399')
  const list = find(root, '[role=listbox]', 'Timeline')
  expect(root.querySelectorAll('[role=option]').length).toBeLessThan(60)
  list.scrollTop = 26 * 700
  await expect.poll(() => rowsOf(root).join()).not.toContain('1399')
  const before = Math.round(list.scrollTop / 26)
  const keyOf = () =>
    [...root.querySelectorAll('[role=option]')].find(
      (row) => row.getBoundingClientRect().top >= list.getBoundingClientRect().top,
    )?.id
  const key = keyOf()
  for (let index = 0; index < 300; index += 1) server.io.emit('news', `more ${index}`)
  await expect.poll(() => Math.round(list.scrollTop / 26)).toBeLessThan(before)
  await expect.poll(keyOf).toBe(key)
  list.focus()
  await userEvent.keyboard('{End}')
  await expect.poll(() => rowsOf(root).at(-1)).toBe('in news "more 299"')
})

test('DV7 pause keeps the entries that are shown; clear forgets them', async () => {
  const { client, root } = await openPanel()
  find(root, 'button', 'Pause').click()
  const count = rowsOf(root).length
  await client.emitWithAck('echo', 1)
  await new Promise(requestAnimationFrame)
  expect(rowsOf(root)).toHaveLength(count)
  find(root, 'button', 'Resume').click()
  await expect.poll(() => rowsOf(root).join()).toContain('out echo')
  find(root, 'button', 'Clear').click()
  await expect.poll(() => rowsOf(root)).toEqual([])
})

test('DV8 rooms, outbox, connection: who holds a room, what waits, what is promised, the round trip', async () => {
  const { client, root } = await openPanel()
  const room = await client.join('general')
  onTestFinished(room.retain())
  await client.emitWithAck('echo', 1)
  openTab(root, 'Rooms')
  await expect.poll(() => visibleText(root)).toMatch(/general\s+joined\s+1 hook or retain\(\), join\(\)/)
  openTab(root, 'Connection')
  await expect.poll(() => visibleText(root)).toMatch(/Order\s+not promised/)
  expect(visibleText(root)).toMatch(/Round trip\s+[\d.]+ ms, median/)
  openTab(root, 'Faults')
  find(root, 'button', 'Offline').click()
  await expect.poll(() => client.status).toBe('reconnecting')
  client.emit('echo', 'waits')
  openTab(root, 'Outbox')
  await expect.poll(() => visibleText(root)).toContain('1 queued · 0 sending · stored in: none')
})

test('DV9 faults at a click: offline and back, latency, the next packet, a cut, the end of all', async () => {
  const { client, root } = await openPanel()
  openTab(root, 'Faults')
  const offline = find(root, 'button', 'Offline')
  offline.click()
  await expect.poll(() => [client.status, offline.getAttribute('aria-pressed')]).toEqual(['reconnecting', 'true'])
  offline.click()
  await expect.poll(() => [client.status, offline.getAttribute('aria-pressed')]).toEqual(['connected', 'false'])
  const [latency, target] = [...root.querySelectorAll<HTMLSelectElement>('.faults select')] as [
    HTMLSelectElement,
    HTMLSelectElement,
  ]
  target.value = 'out'
  target.dispatchEvent(new Event('change'))
  find(root, 'button', 'Deliver twice').click()
  await client.emitWithAck('echo', 1)
  await expect
    .poll(() => root.querySelector('.faults [role=status]')?.textContent)
    .toBe('duplicated: "echo" to the server')
  latency.value = '100'
  latency.dispatchEvent(new Event('change'))
  const before = performance.now()
  await client.emitWithAck('echo', 1)
  expect(performance.now() - before).toBeGreaterThan(190)
  find(root, 'button', 'End all faults').click()
  await expect.poll(() => latency.value).toBe('0')
  find(root, 'button', 'Cut once').click()
  await expect.poll(() => client.status).toBe('reconnecting')
  find(root, 'button', 'Expire the token').click()
  await expect
    .poll(() => root.querySelector('.faults [role=status]')?.textContent)
    .toContain('auth gave no credentials')
})

test('DV10 a trace is saved as a file, masked, and opened again; a wrong file is refused with a sentence', async () => {
  const { client, root } = await openPanel()
  await client.emitWithAck('echo', 'a private text')
  const files: Blob[] = []
  const { createObjectURL } = URL
  URL.createObjectURL = (blob: Blob) => {
    files.push(blob)
    return createObjectURL.call(URL, blob)
  }
  onTestFinished(() => void (URL.createObjectURL = createObjectURL))
  find(root, 'button', 'Save trace').click()
  const text = await files[0]!.text()
  expect(text).not.toContain('a private text')
  expect(JSON.parse(text)).toMatchObject({ format: 'roomful-trace', version: 1, data: 'masked' })

  const input = root.querySelector<HTMLInputElement>('input[type=file]')!
  const choose = (name: string, content: BlobPart): void => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([content], name))
    input.files = transfer.files
    input.dispatchEvent(new Event('change'))
  }
  choose('bug.trace.json', text)
  await expect
    .poll(() => root.querySelector('.timeline [role=status]')?.textContent)
    .toMatch(/^bug\.trace\.json: \d+ entries of https:.*, message data masked$/)
  await client.emitWithAck('echo', 'later')
  find(root, 'button', 'Back to live').click()
  await expect.poll(() => rowsOf(root).join()).toContain('"later"')
  choose('photo.json', '{}')
  await expect
    .poll(() => root.querySelector('.timeline [role=status]')?.textContent)
    .toBe('photo.json: not a trace: format: expected "roomful-trace", got undefined')
})

test('DV6 the element takes a client as its property, and shows nothing without one', async () => {
  const { client, unmount } = await openPanel()
  unmount()
  expect(document.querySelector('roomful-devtools')).toBeNull()
  defineRoomfulDevtools()
  const element = document.createElement('roomful-devtools') as HTMLElement & { client: unknown }
  element.client = client
  document.body.append(element)
  onTestFinished(() => element.remove())
  const inspector = createInspector(client)
  onTestFinished(inspector.close)
  await client.emitWithAck('echo', 1)
  expect(inspector.entries.length).toBeGreaterThan(0)
  shadowOf().querySelector<HTMLElement>('.toggle')!.click()
  await expect.poll(() => rowsOf(shadowOf()).join()).toContain('out echo')
  element.client = undefined
  expect(shadowOf().querySelector('.root')).toBeNull()
})

test('DV7 many events are one update of the panel a frame', async () => {
  const { client, root, server } = await openPanel()
  client.on('news', () => {})
  const space = root.querySelector('.space')!
  let updates = 0
  const observer = new MutationObserver(() => (updates += 1))
  observer.observe(space, { childList: true })
  onTestFinished(() => observer.disconnect())
  let frames = 0
  let isCounting = true
  const count = (): void => {
    frames += 1
    if (isCounting) requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  for (let index = 0; index < 500; index += 1) server.io.emit('news', index)
  await expect.poll(() => rowsOf(root).at(-1)).toBe('in news 499')
  isCounting = false
  expect(updates).toBeLessThanOrEqual(frames + 1)
})

for (const [scheme, name, width, height] of [
  ['light', 'desktop', 1280, 800],
  ['dark', 'phone', 390, 844],
] as const)
  test(`DV6 axe finds nothing in any tab, and nothing is wider than the page: ${scheme}, ${name}`, async () => {
    await page.viewport(width, height)
    await prefer(scheme)
    onTestFinished(async () => {
      await page.viewport(414, 896)
      await prefer('light')
    })
    const { client, root } = await openPanel()
    const room = await client.join('general')
    void room.emit('message', { text: 'hello' })
    await client.emitWithAck('echo', { text: 'one' })
    find(root, '[role=listbox]', 'Timeline').focus()
    await userEvent.keyboard('{ArrowUp}')
    for (const tab of ['Timeline', 'Rooms', 'Outbox', 'Connection', 'Faults']) {
      openTab(root, tab)
      await new Promise(requestAnimationFrame)
      await new Promise(requestAnimationFrame)
      await expectAccessible()
      expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width)
    }
  })

async function prefer(value: string): Promise<void> {
  // The type of its commands belongs to the provider, which this package does not depend on.
  const session = cdp() as unknown as { send(command: string, parameters: object): Promise<unknown> }
  await session.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value }] })
  await expect.poll(() => matchMedia(`(prefers-color-scheme: ${value})`).matches).toBe(true)
}
