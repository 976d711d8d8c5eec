import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Emitter } from '../src/emitter.ts'

const unexpected = (error: unknown): never => {
  throw error
}

function recording(...names: string[]) {
  const emitter = new Emitter<[unknown]>()
  const heard: string[] = []
  const offs = names.map((name) => emitter.add((data) => void heard.push(`${name}:${String(data)}`)))
  return { emitter, heard, offs, say: (data: unknown) => emitter.call([data], unexpected) }
}

describe('DS1 listeners', () => {
  test('are called in the order in which they were added', () => {
    const { heard, say } = recording('a', 'b', 'c')
    say(1)
    say(2)
    expect(heard).toEqual(['a:1', 'b:1', 'c:1', 'a:2', 'b:2', 'c:2'])
  })

  test('are removed in any order, and once only', () => {
    const { emitter, heard, offs, say } = recording('a', 'b', 'c')
    offs[1]?.()
    offs[1]?.()
    say(1)
    offs[0]?.()
    offs[2]?.()
    say(2)
    expect(heard).toEqual(['a:1', 'c:1'])
    expect(emitter.size).toBe(0)
  })

  test('count each time they are added, though the function be the same', () => {
    const emitter = new Emitter<[number]>()
    const listener = vi.fn<(data: number) => void>()
    const off = emitter.add(listener)
    emitter.add(listener)
    emitter.call([1], unexpected)
    off()
    emitter.call([2], unexpected)
    expect(listener.mock.calls).toEqual([[1], [1], [2]])
  })

  test.each([[[]], [['one']], [['one', 'two']]])('get all arguments: %j', (args) => {
    const emitter = new Emitter<unknown[]>()
    const listener = vi.fn<(...all: unknown[]) => void>()
    emitter.add(listener)
    emitter.call(args, unexpected)
    expect(listener.mock.calls).toEqual([args])
  })

  test('removed meanwhile are not called any more', () => {
    const emitter = new Emitter<[string]>()
    const heard: string[] = []
    const offs: (() => void)[] = []
    offs.push(emitter.add(() => offs.forEach((off) => off())))
    offs.push(emitter.add(() => heard.push('removed')))
    emitter.call(['x'], unexpected)
    expect(heard).toEqual([])
    expect(emitter.size).toBe(0)
  })

  test('removed meanwhile are not called any more, also after many others went and one came', () => {
    const { emitter, heard, offs, say } = recording('a', 'b', 'c', 'd', 'e', 'f')
    const off = emitter.add((data) => {
      if (data !== 1) return
      for (const other of offs) other()
      emitter.add(() => {})
      emitter.call([2], unexpected)
      last()
    })
    const last = emitter.add((data) => heard.push(`last:${String(data)}`))
    offs[5]?.()
    say(1)
    off()
    say(3)
    expect(heard).toEqual(['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'last:2'])
  })

  test('added meanwhile hear the next event first', () => {
    const emitter = new Emitter<[string]>()
    const late = vi.fn<(data: string) => void>()
    const off = emitter.add(() => emitter.add(late))
    emitter.call(['first'], unexpected)
    off()
    emitter.call(['second'], unexpected)
    expect(late.mock.calls).toEqual([['second']])
  })

  test('may dispatch while they are dispatched to', () => {
    const emitter = new Emitter<[number]>()
    const heard: number[] = []
    emitter.add((depth) => {
      if (depth < 2) emitter.call([depth + 1], unexpected)
    })
    emitter.add((depth) => heard.push(depth))
    emitter.call([0], unexpected)
    expect(heard).toEqual([2, 1, 0])
  })
})

describe('DS1 adding and removing is O(1)', () => {
  test('however they come and go, a step walks over four handlers at most, taken all together', () => {
    const walked = countWalked()
    const emitter = new Emitter<[unknown]>()
    const offs = Array.from({ length: 1_000 }, () => emitter.add(() => {}))
    for (const off of [...offs.slice(500), ...offs.slice(0, 499).reverse()]) off()
    expect(walked()).toBe(0)
    for (let n = 0; n < 10_000; n += 1) emitter.add(() => {})()
    expect(emitter.size).toBe(1)
    expect(walked()).toBeGreaterThan(0)
    expect(walked()).toBeLessThan(4 * 12_000)
  })

  test('a list that does not change is not copied for an event', () => {
    const { say } = recording('a', 'b')
    const walked = countWalked()
    for (let event = 0; event < 100; event += 1) say(event)
    expect(walked()).toBe(0)
  })
})

/** How many items lists were filtered over from now on. */
function countWalked(): () => number {
  const { filter } = Array.prototype
  let count = 0
  vi.spyOn(Array.prototype, 'filter').mockImplementation(function (this: unknown[], ...args) {
    count += this.length
    return filter.apply(this, args)
  })
  onTestFinished(() => void vi.restoreAllMocks())
  return () => count
}

describe('DS2 a listener that throws', () => {
  test('harms no other and is reported, each time', () => {
    const emitter = new Emitter<unknown[]>()
    const heard: string[] = []
    const errors: unknown[] = []
    emitter.add(() => heard.push('first'))
    emitter.add(() => {
      throw new Error('one')
    })
    emitter.add(() => {
      throw new Error('two')
    })
    emitter.add(() => heard.push('last'))
    for (const args of [[], ['one'], ['one', 'two']]) emitter.call(args, (error) => errors.push(error))
    expect(heard).toEqual(['first', 'last', 'first', 'last', 'first', 'last'])
    expect(errors.map(String)).toEqual([
      'Error: one',
      'Error: two',
      'Error: one',
      'Error: two',
      'Error: one',
      'Error: two',
    ])
  })
})

test('a listener gets none of our own things as its `this`', () => {
  const emitter = new Emitter<unknown[]>()
  const seen: unknown[] = []
  emitter.add(function (this: unknown) {
    seen.push(this)
  })
  for (const args of [[], ['one'], ['one', 'two']]) emitter.call(args, () => {})
  expect(seen).toEqual([undefined, undefined, undefined])
})
