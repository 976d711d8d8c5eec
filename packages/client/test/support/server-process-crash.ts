import type { RoomLog } from '@roomful/server'
import type { Moment } from './server-process-contract.ts'

/** Wraps a log, so that this process can kill itself before or after one of its commits. */
export function crashable(log: RoomLog): { log: RoomLog; crash(moment: Moment, nth: number): void } {
  let due: Moment | undefined
  let left = 0
  const passes = (moment: Moment): void => {
    if (moment === due && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
  const commit: RoomLog['commit'] = (room, batch) => {
    passes('before the commit')
    return log.commit(room, batch)
  }
  // The log calls its listeners as soon as a batch is committed.
  const subscribe: RoomLog['subscribe'] = (room, listener) =>
    log.subscribe(room, (appended) => {
      passes('after the commit')
      listener(appended)
    })
  return {
    // A proxy instead of a copy: a log is an object of a class with private fields.
    log: new Proxy(log, {
      get(target, name) {
        if (name === 'commit') return commit
        if (name === 'subscribe') return subscribe
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    }),
    crash(moment, nth) {
      due = moment
      left = nth
    },
  }
}
