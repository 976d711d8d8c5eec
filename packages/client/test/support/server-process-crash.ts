import type { RoomLog } from '@roomful/server'
import type { Moment } from './server-process-contract.ts'

/** Wraps a log, so that this process can kill itself before or after one of its commits. */
export function crashable(log: RoomLog): { log: RoomLog; crash(moment: Moment, nth: number): void } {
  let due: Moment | undefined
  let left = 0
  const passes = (moment: Moment): void => {
    if (moment === due && --left === 0) process.kill(process.pid, 'SIGKILL')
  }
  const isShared = log.nodes !== undefined
  const commit: RoomLog['commit'] = async (room, batch) => {
    passes('before the commit')
    const committed = await log.commit(room, batch)
    if (isShared) passes('after the commit')
    return committed
  }
  // A log of one process calls its listeners as soon as a batch is committed. Those of a shared log also get the batches of others.
  const subscribe: RoomLog['subscribe'] = (room, listener) =>
    log.subscribe(room, (appended) => {
      if (!isShared) passes('after the commit')
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
