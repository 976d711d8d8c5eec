type Name = string | symbol
type Listener = ((...args: unknown[]) => unknown) & { listener?: Listener }

/** The part of Node's EventEmitter that Socket.IO and its users need. */
export class EventEmitter {
  on(name: Name, listener: Listener): this {
    return this.addListener(name, listener)
  }

  addListener(name: Name, listener: Listener): this {
    return update(this, name, (list) => [...list, listener])
  }

  prependListener(name: Name, listener: Listener): this {
    return update(this, name, (list) => [listener, ...list])
  }

  once(name: Name, listener: Listener): this {
    const once: Listener = (...args) => {
      this.off(name, once)
      return listener.apply(this, args)
    }
    once.listener = listener
    return this.on(name, once)
  }

  off(name: Name, listener: Listener): this {
    return this.removeListener(name, listener)
  }

  removeListener(name: Name, listener: Listener): this {
    return update(this, name, (list) => {
      const index = list.findLastIndex((each) => each === listener || each.listener === listener)
      return list.filter((_, at) => at !== index)
    })
  }

  removeAllListeners(name?: Name): this {
    if (name !== undefined) return update(this, name, () => [])
    listenersOf(this).clear()
    return this
  }

  emit(name: Name, ...args: unknown[]): boolean {
    const list = listenersOf(this).get(name) ?? []
    if (list.length === 0 && name === 'error') throw args[0]
    for (const listener of list) listener.apply(this, args)
    return list.length > 0
  }

  listeners(name: Name): Listener[] {
    return this.rawListeners(name).map((each) => each.listener ?? each)
  }

  rawListeners(name: Name): Listener[] {
    return [...(listenersOf(this).get(name) ?? [])]
  }

  listenerCount(name: Name): number {
    return this.rawListeners(name).length
  }

  eventNames(): Name[] {
    return [...listenersOf(this).keys()]
  }

  setMaxListeners(): this {
    return this
  }

  getMaxListeners(): number {
    return Infinity
  }
}

// Socket.IO copies the methods of Node's emitter by enumerating them, so they must be enumerable here too.
for (const name of Object.getOwnPropertyNames(EventEmitter.prototype))
  if (name !== 'constructor') Object.defineProperty(EventEmitter.prototype, name, { enumerable: true })

export default EventEmitter

const listenersByEmitter = new WeakMap<EventEmitter, Map<Name, readonly Listener[]>>()

/** Not in a field, because some classes inherit the methods without calling the constructor. */
function listenersOf(emitter: EventEmitter): Map<Name, readonly Listener[]> {
  const listeners = listenersByEmitter.get(emitter) ?? new Map<Name, readonly Listener[]>()
  listenersByEmitter.set(emitter, listeners)
  return listeners
}

function update<E extends EventEmitter>(emitter: E, name: Name, next: (list: readonly Listener[]) => Listener[]): E {
  const list = next(listenersOf(emitter).get(name) ?? [])
  if (list.length > 0) listenersOf(emitter).set(name, list)
  else listenersOf(emitter).delete(name)
  return emitter
}
