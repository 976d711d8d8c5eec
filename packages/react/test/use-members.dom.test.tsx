import { act, cleanup, render, screen } from '@testing-library/react'
import { startTransition, StrictMode, Suspense, useState } from 'react'
import { afterEach, expect, test, vi } from 'vitest'
import { createFakeRoom, member } from '../../client/test/roomful/presence/support/fake-room.ts'
import { useMembers, useOccupancy, useOthers, usePresence, useSelf, useTyping } from '../src/index.ts'

afterEach(cleanup)

/** Makes a change and waits until it is rendered and a quiet frame has passed. */
const shown = (work: () => void) =>
  act(async () => {
    work()
    await vi.advanceTimersByTimeAsync(200)
  })

test('useMembers, useSelf and useOthers render only when their result changes', async () => {
  const { room, setMembers, memberListeners } = createFakeRoom()
  const seen: Record<string, unknown[]> = { members: [], self: [], others: [], count: [], names: [], own: [] }
  function Members() {
    seen['members']?.push([...useMembers(room).keys()].join())
    return null
  }
  function Self() {
    seen['self']?.push(useSelf(room)?.presence)
    return null
  }
  function Others() {
    seen['others']?.push([...useOthers(room).keys()].join())
    return null
  }
  function Count() {
    seen['count']?.push(useOthers(room, ({ size }) => size))
    return null
  }
  function Names() {
    const isEqual = (a: string[], b: string[]) => a.join() === b.join()
    seen['names']?.push(useMembers(room, (members) => [...members.keys()], { isEqual }).join())
    return null
  }
  function Own() {
    const isEqual = (a: unknown[], b: unknown[]) => a.join() === b.join()
    seen['own']?.push(useSelf(room, (self) => [self?.user.id], { isEqual }).join())
    return null
  }
  const view = render([Members, Self, Others, Count, Names, Own].map((Part, key) => <Part key={key} />))
  const [ann, bob] = [member('ann', 'online'), member('bob')]
  await shown(() => setMembers(ann, bob))
  await shown(() => setMembers(member('ann', 'away'), bob)) // only this user changed
  await shown(() => {
    setMembers(member('ann', 'busy'), bob)
    setMembers(member('ann', 'away'), bob) // within a frame
  })
  expect(seen).toEqual({
    members: ['', 'ann,bob', 'ann,bob', 'ann,bob'],
    self: [undefined, 'online', 'away', 'away'],
    others: ['', 'bob'],
    count: [0, 1],
    names: ['', 'ann,bob'],
    own: ['', 'ann'],
  })
  expect(memberListeners()).toBe(3) // one each for members, self and others
  view.unmount()
  expect(memberListeners()).toBe(0)
})

test('the selection of a suspended transition does not render the page on screen', async () => {
  const { room, setMembers } = createFakeRoom()
  const isEqual = (a: string[], b: string[]) => a.join() === b.join()
  const never = new Promise<void>(() => {})
  let renders = 0
  let choose = (_first: string): void => {}
  function Wait({ is }: { is: boolean }) {
    // oxlint-disable-next-line no-throw-literal, typescript/only-throw-error -- how a component suspends on React 18 and 19
    if (is) throw never
    return null
  }
  function Names() {
    const [first, setFirst] = useState('a')
    choose = setFirst
    const names = useMembers(room, (members) => [...members.keys()].filter((id) => id.startsWith(first)), { isEqual })
    if (first === 'a') renders += 1
    return (
      <output>
        {names.join()}
        <Wait is={first === 'b'} />
      </output>
    )
  }
  render(
    <Suspense>
      <Names />
    </Suspense>,
  )
  await shown(() => setMembers(member('ann'), member('bob')))
  await act(async () => startTransition(() => choose('b')))
  const before = renders
  await shown(() => setMembers(member('ann'), member('bob'), member('cy')))
  expect(renders).toBe(before)
  expect(screen.getByText('ann')).toBeTruthy()
})

test('usePresence renders a new presence at once, and its functions stay the same', async () => {
  const { room, requests } = createFakeRoom()
  const seen: ReturnType<typeof usePresence>[] = []
  function Status() {
    seen.push(usePresence(room) as never)
    return <output>{String(seen.at(-1)?.presence)}</output>
  }
  render(<Status />)
  act(() => seen[0]?.set('away' as never))
  expect(screen.getByText('away')).toBeTruthy() // without a frame
  expect(requests).toHaveLength(1)
  act(() => seen[0]?.set('away' as never))
  expect(seen).toHaveLength(2)
  act(() => seen[0]?.clear())
  expect(screen.getByText('undefined')).toBeTruthy()
  expect(new Set(seen.flatMap(({ set, clear }) => [set, clear])).size).toBe(2)
})

test('useTyping shows who is typing and reports keystrokes; an unmount reports the stop and leaves no listener', async () => {
  const { room, signs, typing, otherListeners, timers, memberListeners } = createFakeRoom()
  const seen: ReturnType<typeof useTyping>[] = []
  function Line() {
    seen.push(useTyping(room) as never)
    return (
      <output>
        {seen
          .at(-1)
          ?.typing.map((user) => (user as { id: string }).id)
          .join()}
      </output>
    )
  }
  const view = render(<Line />, { wrapper: StrictMode })
  const left = otherListeners()
  await shown(() => typing('bob'))
  expect(screen.getByText('bob')).toBeTruthy()
  const renders = seen.length
  await shown(() => typing('bob')) // still typing
  expect(seen).toHaveLength(renders)
  act(() => seen.at(-1)?.keystroke())
  expect(signs).toEqual([true])
  // React 18 discards the state of the first of StrictMode's two renders.
  expect(new Set(seen.slice(1).flatMap(({ keystroke, stop }) => [keystroke, stop])).size).toBe(2)
  view.unmount()
  expect(signs).toEqual([true, false])
  expect(left).toBeGreaterThan(0)
  await vi.advanceTimersByTimeAsync(200)
  expect([otherListeners(), memberListeners(), timers()]).toEqual([0, 0, 0])
})

test('of two inputs in one room, only the unmount of the last one reports the stop', async () => {
  const { room, signs, timers } = createFakeRoom()
  const keystrokes: Record<string, () => void> = {}
  function Input({ id }: { id: string }) {
    keystrokes[id] = useTyping(room).keystroke
    return null
  }
  const view = render([<Input key="a" id="a" />, <Input key="b" id="b" />])
  keystrokes['a']?.()
  keystrokes['b']?.()
  view.rerender([<Input key="b" id="b" />])
  expect([signs, timers()]).toEqual([[true], 1])
  view.rerender([])
  expect(signs).toEqual([true, false])
})

test('useOccupancy renders only when its result changes, and in a partial room useOthers is empty and useSelf is not', async () => {
  const { room, setMembers, setPartial } = createFakeRoom()
  const ann = member('ann')
  const seen: Record<string, unknown[]> = { all: [], partial: [], people: [] }
  function All() {
    const { count, isPartial } = useOccupancy(room)
    seen['all']?.push(`${count} ${isPartial}`)
    return null
  }
  function Partial() {
    seen['partial']?.push(useOccupancy(room, ({ isPartial }) => isPartial))
    return null
  }
  function People() {
    seen['people']?.push([useOthers(room).size, useSelf(room)?.user.id])
    return null
  }
  render(
    <>
      <All />
      <Partial />
      <People />
    </>,
  )
  await shown(() => setMembers(ann, member('bob')))
  await shown(() => setPartial(300, ann))
  await shown(() => setPartial(301, ann))
  expect(seen['all']?.slice(-3)).toEqual(['2 false', '300 true', '301 true'])
  expect(seen['partial']).toEqual([false, true])
  expect(seen['people']?.slice(-2)).toEqual([
    [1, 'ann'],
    [0, 'ann'],
  ])
})
