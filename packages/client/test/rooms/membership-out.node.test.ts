import { describe, expect, test } from 'vitest'
import { refusal } from '../support/refusal.ts'
import { createScriptedMembership as create } from './support/scripted-membership.ts'

const REMOVED = refusal('REMOVED')
const NO = refusal('FORBIDDEN')
const BUSY = refusal('RATE')

function createJoined() {
  const membership = create()
  membership.join()
  membership.accept(0)
  return membership
}

describe('RM15 the server puts the client out of the room', () => {
  test('the room failed with the server’s error, no request follows, and messages that wait end', () => {
    const { putOut, state, requests, refused, isRetrying } = createJoined()
    putOut(REMOVED)
    expect(state()).toEqual({ status: 'failed', error: REMOVED })
    expect([requests(), refused, isRetrying()]).toEqual([['join'], ['REMOVED'], false])
  })
  test('a lost place, as after NOT_MEMBER, does not bring the client back', () => {
    const { putOut, lost, need, needNoMore, requests, status } = createJoined()
    putOut(REMOVED)
    lost()
    need()
    needNoMore()
    expect([requests(), status()]).toEqual([['join'], 'failed'])
  })
  test.each<[title: string, ask: (membership: ReturnType<typeof create>) => void]>([
    ['the app’s join()', ({ join }) => join()],
    ['a new holder', ({ hold }) => hold()],
    ['other params', ({ changeParams }) => changeParams()],
    ['a new connection', ({ down, up }) => [down(), up()]],
  ])('%s asks again, once', (_title, ask) => {
    const membership = createJoined()
    membership.putOut(REMOVED)
    ask(membership)
    expect(membership.requests()).toEqual(['join', 'join'])
    membership.fail(1, NO)
    expect([membership.status(), membership.isRetrying()]).toEqual(['failed', false])
  })
  test('the answer to a join under way comes behind, and decides', () => {
    const { putOut, lost, accept, requests, seen } = createJoined()
    lost()
    putOut(REMOVED)
    accept(1)
    expect([requests(), seen]).toEqual([
      ['join', 'join'],
      ['joining', 'joined', 'joining', 'joined'],
    ])
  })
  test('a join under way that is refused for now leaves nothing to take back', () => {
    const { lost, putOut, fail, leave, requests, status } = createJoined()
    lost()
    putOut(REMOVED)
    fail(1, BUSY)
    leave()
    expect([requests(), status()]).toEqual([['join', 'join'], 'left'])
  })
  test('while leaving, the room is left', () => {
    const { leave, putOut, accept, requests, seen, isBusy } = createJoined()
    leave()
    putOut(REMOVED)
    expect(seen).toEqual(['joining', 'joined', 'leaving', 'left'])
    accept(1)
    expect([requests(), isBusy()]).toEqual([['join', 'leave'], false])
  })
  test('a join() since the leave follows the answer to the leave', () => {
    const { leave, join, putOut, accept, requests, status } = createJoined()
    leave()
    join()
    putOut(REMOVED)
    accept(1)
    accept(2)
    expect([requests(), status()]).toEqual([['join', 'leave', 'join'], 'joined'])
  })
  test('a planned retry is given up', () => {
    const { join, fail, putOut, state, isRetrying } = create()
    join()
    fail(0, BUSY)
    putOut(REMOVED)
    expect([state(), isRetrying()]).toEqual([{ status: 'failed', error: REMOVED }, false])
  })
  test('in a room that is joined only for messages, these end, and new ones join again', () => {
    const { need, accept, putOut, refused, requests, status } = create()
    need()
    accept(0)
    putOut(REMOVED)
    expect([refused, requests(), status()]).toEqual([['REMOVED'], ['join'], 'left'])
    need()
    expect(requests()).toEqual(['join', 'join'])
  })
  test('without a connection, nothing changes', () => {
    const { down, putOut, status, refused } = createJoined()
    down()
    putOut(REMOVED)
    expect([status(), refused]).toEqual(['suspended', []])
  })
})
