import { renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { useOpenedRooms } from '../src/use-opened-rooms.ts'

test('twelve rooms stay open in a fixed order; the room visited longest ago is closed first', () => {
  const { result, rerender } = renderHook((name: string | undefined) => useOpenedRooms(name), { initialProps: 'b' })
  rerender('a')
  expect(result.current).toEqual(['a', 'b'])
  rerender('b')
  expect(result.current).toEqual(['a', 'b'])
  rerender(undefined)
  expect(result.current).toEqual(['a', 'b'])
  for (let n = 10; n < 21; n += 1) rerender(`room${n}`)
  expect(result.current).toHaveLength(12)
  expect(result.current).toContain('b')
  expect(result.current).not.toContain('a')
})
