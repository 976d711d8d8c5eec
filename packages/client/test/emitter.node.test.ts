import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Emitter } from '../src/emitter.ts'

const unexpected = (error: unknown): never => {
  throw error
}

function recording(...names: string[]) {
  const emitter = new Emitter<[unknown]>()
  const calls: string[] = []
  const offs = names.map((name) => emitter.add((data) => void calls.push(`${name}:${String(data)}`)))
  return { emitter, calls, offs, emit: (data: unknown) => emitter.call([data], unexpected) }
}

describe('DS1 listeners', () => {
  test('are called in the order in which they were added', () => {
    const { calls, emit } = recording('a', 'b', 'c')
    emit(1)
    emit(2)
    expect(calls).toEqual(['a:1', 'b:1', 'c:1', 'a:2', 'b:2', 'c:2'])
  })

  test('are removed in any order, and only once', () => {
    const { emitter, calls, offs, emit } = recording('a', 'b', 'c')
    offs[1]?.()
    offs[1]?.()
    emit(1)
    offs[0]?.()
    offs[2]?.()
    emit(2)
    expect(calls).toEqual(['a:1', 'c:1'])
    expect(emitter.size).toBe(0)
  })

  test('count each time that they are added, also with the same function', () => {
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

  test('are not called after a removal during a call', () => {
    const emitter = new Emitter<[string]>()
    const calls: string[] = []
    const offs: (() => void)[] = []
    offs.push(emitter.add(() => offs.forEach((off) => off())))
    offs.push(emitter.add(() => calls.push('removed')))
    emitter.call(['x'], unexpected)
    expect(calls).toEqual([])
    expect(emitter.size).toBe(0)
  })

  test('are not called after a removal during a call, also when many others were removed and one was added', () => {
    const { emitter, calls, offs, emit } = recording('a', 'b', 'c', 'd', 'e', 'f')
    const off = emitter.add((data) => {
      if (data !== 1) return
      for (const other of offs) other()
      emitter.add(() => {})
      emitter.call([2], unexpected)
      last()
    })
    const last = emitter.add((data) => calls.push(`last:${String(data)}`))
    offs[5]?.()
    emit(1)
    off()
    emit(3)
    expect(calls).toEqual(['a:1', 'b:1', 'c:1', 'd:1', 'e:1', 'last:2'])
  })

  test('that are added during a call get the next event', () => {
    const emitter = new Emitter<[string]>()
    const late = vi.fn<(data: string) => void>()
    const off = emitter.add(() => emitter.add(late))
    emitter.call(['first'], unexpected)
    off()
    emitter.call(['second'], unexpected)
    expect(late.mock.calls).toEqual([['second']])
  })

  test('may emit while they are called', () => {
    const emitter = new Emitter<[number]>()
    const calls: number[] = []
    emitter.add((depth) => {
      if (depth < 2) emitter.call([depth + 1], unexpected)
    })
    emitter.add((depth) => calls.push(depth))
    emitter.call([0], unexpected)
    expect(calls).toEqual([2, 1, 0])
  })
})

describe('DS1 adding and removing is O(1)', () => {
  test('in any order of additions and removals: on average at most four handlers are moved a step', () => {
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

  test('the places of removed handlers are walked over by one event, not by each', () => {
    const emitter = new Emitter<[unknown]>()
    const offs = Array.from({ length: 1_000 }, () => emitter.add(() => {}))
    for (const off of offs.slice(1)) off()
    const walked = countWalked()
    for (let event = 0; event < 100; event += 1) emitter.call([event], unexpected)
    expect(walked()).toBe(1_000)
  })

  test('a list that does not change is not copied for an event', () => {
    const { emit } = recording('a', 'b')
    const walked = countWalked()
    for (let event = 0; event < 100; event += 1) emit(event)
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
  test('disturbs no other and is reported each time', () => {
    const emitter = new Emitter<unknown[]>()
    const calls: string[] = []
    const errors: unknown[] = []
    emitter.add(() => calls.push('first'))
    emitter.add(() => {
      throw new Error('one')
    })
    emitter.add(() => {
      throw new Error('two')
    })
    emitter.add(() => calls.push('last'))
    for (const args of [[], ['one'], ['one', 'two']]) emitter.call(args, (error) => errors.push(error))
    expect(calls).toEqual(['first', 'last', 'first', 'last', 'first', 'last'])
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

test('DS1 a listener gets no internal object as its `this`', () => {
  const emitter = new Emitter<unknown[]>()
  const seen: unknown[] = []
  emitter.add(function (this: unknown) {
    seen.push(this)
  })
  for (const args of [[], ['one'], ['one', 'two']]) emitter.call(args, () => {})
  expect(seen).toEqual([undefined, undefined, undefined])
})
