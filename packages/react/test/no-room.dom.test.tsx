import type { Room } from '@roomful/client'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import {
  useEvent,
  useEventBuffer,
  useEventReducer,
  useMembers,
  useOccupancy,
  useOthers,
  usePresence,
  useSelf,
  useTyping,
} from '../src/index.ts'
import { shown } from './support/shown.ts'

afterEach(cleanup)

test.each([null, undefined])(
  'with %s as room, hooks return their initial value and calls do nothing',
  async (given) => {
    const room = given as Room | null | undefined
    let renders = 0
    function Nowhere() {
      renders += 1
      const { presence, error, set, clear } = usePresence(room)
      const { typing, keystroke, stop } = useTyping(room)
      useEvent(room, 'news', () => {})
      const sum = useEventReducer(room, 'news', (n) => n + 1, 7)
      const { events, dropped, clear: empty } = useEventBuffer(room, 'news')
      const calls = () => {
        set('away' as never)
        clear()
        keystroke()
        stop()
        empty()
      }
      const values = [
        useMembers(room).size,
        useOccupancy(room).count,
        useOccupancy(room).isPartial,
        useOthers(room).size,
        useSelf(room),
        presence,
        error,
        typing,
        sum,
        events,
        dropped,
      ]
      return <button onClick={calls}>{JSON.stringify(values)}</button>
    }
    render(<Nowhere />)
    await shown(() => screen.getByText('[0,null,false,0,null,null,null,[],7,[],0]').click())
    expect(renders).toBe(1)
  },
)

test('a change from null to undefined does not start again', async () => {
  const seen = new Set<unknown>()
  function Nowhere({ room }: { room: Room | null | undefined }) {
    const { events, clear } = useEventBuffer(room, 'news')
    const { typing, keystroke } = useTyping(room)
    const initial = useEventReducer(room, 'news', (state) => state, room === null ? 'first' : 'second')
    for (const value of [events, clear, typing, keystroke, initial]) seen.add(value)
    return null
  }
  const view = render(<Nowhere room={null} />)
  view.rerender(<Nowhere room={undefined} />)
  expect(seen.size).toBe(5)
})
