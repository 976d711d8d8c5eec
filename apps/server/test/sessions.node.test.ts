import { SignJWT, decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { createSessions } from '../src/sessions.ts'

const key = new Uint8Array(32).fill(7)
const minute = 60_000

function sessionsAt(start: number) {
  const clock = { now: start }
  return { clock, sessions: createSessions(key, { now: () => clock.now }) }
}

describe('signIn', () => {
  it('creates a user and a token for an hour', async () => {
    const { sessions, clock } = sessionsAt(1_700_000_000_000)
    const session = await sessions.signIn('Ann')
    expect(session).toEqual({
      token: expect.any(String),
      expiresAt: clock.now + 60 * minute,
      user: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'Ann' },
    })
    expect(await sessions.verify(session.token)).toEqual({ user: session.user, expiresAt: session.expiresAt })
  })

  it('gives two users of the same name different ids', async () => {
    const { sessions } = sessionsAt(0)
    const [one, other] = await Promise.all([sessions.signIn('Ann'), sessions.signIn('Ann')])
    expect(one.user.id).not.toBe(other.user.id)
  })

  it.each([
    ['  Ann  ', 'Ann'],
    ['Jose\u0301', 'José'],
    ['😀'.repeat(40), '😀'.repeat(40)],
    ['👩‍💻 de\u00a0la Cruz', '👩‍💻 de\u00a0la Cruz'],
    ['<img onerror=alert(1)>', '<img onerror=alert(1)>'],
    ['__proto__', '__proto__'],
    ['\u2764\ufe0f می\u200cخواهم', '\u2764\ufe0f می\u200cخواهم'],
  ])('SEC3 SEC25 accepts the name %j as %j', async (given, name) => {
    expect((await sessionsAt(0).sessions.signIn(given)).user.name).toBe(name)
  })

  it.each([
    '',
    '   ',
    '\u200b\u200b',
    'a'.repeat(41),
    '😀'.repeat(41),
    'a\nb',
    'a\u0007b',
    'Ann\u202etxt',
    '\ud800',
    '\u0301',
    'An\u200bn',
    'Ann\ufeff.',
    'Ann\u2060.',
    '\u3164', // a letter without a shape
    'a' + '\u0301'.repeat(10_000_000),
  ])('SEC25 refuses an unsuitable name (case %#) and says what was expected', async (name) => {
    await expect(sessionsAt(0).sessions.signIn(name)).rejects.toMatchObject({
      code: 'SHAPE',
      message: expect.stringMatching(/^name: expected 1 to 40 visible characters/),
    })
  })
})

describe('renew', () => {
  it('issues a token for another hour to the same user', async () => {
    const { sessions, clock } = sessionsAt(0)
    const first = await sessions.signIn('Ann')
    clock.now += 59 * minute
    const second = await sessions.renew(first.token)
    expect(second).toMatchObject({ user: first.user, expiresAt: clock.now + 60 * minute })
    clock.now += 30 * minute
    expect(await sessions.verify(second.token)).toMatchObject({ user: first.user })
  })

  it('SEC22 renews a token for a day after it has expired, and not later', async () => {
    const { sessions, clock } = sessionsAt(0)
    const { token, user } = await sessions.signIn('Ann')
    clock.now += 24 * 60 * minute
    await expect(sessions.verify(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    expect(await sessions.renew(token)).toMatchObject({ user })
    clock.now += 60 * minute
    const refusal = { code: 'UNAUTHORIZED', message: 'the token has expired; sign in again' }
    await expect(sessions.renew(token)).rejects.toMatchObject(refusal)
  })
})

describe('verify', () => {
  const unsigned = (claims: Record<string, unknown>, alg = 'HS256') =>
    new SignJWT(claims).setProtectedHeader({ alg }).setIssuer('roomful-demo').setSubject('1')

  it.each([
    ['no token', async () => undefined],
    ['a number', async () => 5],
    ['an empty token', async () => ''],
    ['an invalid token', async () => 'a.b.c'],
    ['a token of another key', async () => (await createSessions(new Uint8Array(32)).signIn('Ann')).token],
    ['a token that never expires', async () => unsigned({ name: 'Ann' }).sign(key)],
    ['a token without a name', async () => unsigned({}).setExpirationTime('1h').sign(key)],
    [
      'a token of another issuer',
      async () => unsigned({ name: 'Ann' }).setIssuer('x').setExpirationTime('1h').sign(key),
    ],
    ['a token of another algorithm', async () => unsigned({ name: 'Ann' }, 'HS512').setExpirationTime('1h').sign(key)],
    [
      'a token with a changed name',
      async () => {
        const [header, , signature] = (await createSessions(key).signIn('Ann')).token.split('.')
        const claims = { iss: 'roomful-demo', sub: '1', name: 'Bob', exp: 9_999_999_999 }
        return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
      },
    ],
    [
      'a token that claims to need no signature',
      async () => {
        const { token } = await createSessions(key).signIn('Ann')
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1]}.`
      },
    ],
  ])('refuses %s', async (_, make) => {
    const token = await make()
    const refused = createSessions(key).verify(token)
    await expect(refused).rejects.toMatchObject({ name: 'RefusalError', code: 'UNAUTHORIZED' })
  })

  it('does not put the token into the error', async () => {
    const { token } = await createSessions(new Uint8Array(32)).signIn('Ann')
    expect(decodeJwt(token)['name']).toBe('Ann')
    const error: unknown = await createSessions(key)
      .verify(token)
      .catch((reason: unknown) => reason)
    expect(String(error)).not.toContain(token)
  })
})
