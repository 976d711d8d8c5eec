import { OUTAGE, expect, test } from './support/test.ts'

test.use({ expectedInConsole: OUTAGE })

test('F4 users on two nodes talk; one node is killed, its user moves to another one, and nothing is lost', async ({
  enter,
  ownNodes,
}) => {
  const ann = await enter('Ann', { server: ownNodes.url })
  const room = await ann.createRoom()
  const before = await ownNodes.connections()
  const bob = await enter('Bob', { server: ownNodes.url, room })
  const nodeOfBob = (await ownNodes.connections()).findIndex((count, index) => count > (before[index] ?? 0))
  expect(before[nodeOfBob], 'Ann and Bob have different nodes').toBe(0)

  await Promise.all([ann.expectMember('Bob'), bob.expectMember('Ann')])
  await expect(ann.member('Bob').getByRole('img', { name: 'online' })).toBeVisible()
  await bob.message.pressSequentially('hello')
  await expect(ann.page.getByText('Bob is typing…')).toBeVisible()
  await bob.message.press('Enter')
  await ann.expectMessage('hello')
  await ann.send('hello Bob')
  await bob.expectMessage('hello Bob')

  await ann.page.evaluate(() => {
    const seen = globalThis as { left?: number }
    seen.left = 0
    new MutationObserver(() => {
      const members = document.querySelector('[aria-label=Members] ul')
      if (!members?.textContent?.includes('Bob')) seen.left = (seen.left ?? 0) + 1
    }).observe(document.body, { subtree: true, characterData: true, childList: true })
  })
  await ownNodes.kill(nodeOfBob)
  await bob.send('written on the way')
  await ann.send('written meanwhile')
  await bob.expectConnected()
  await ann.expectMessage('written on the way')
  await bob.send('from another node')
  await ann.expectMessage('from another node')
  await expect(bob.waiting).toHaveCount(0)

  const texts = await ann.log.locator('.bubble').allTextContents()
  expect(texts).toHaveLength(5)
  expect(texts).toEqual(expect.arrayContaining(['written on the way', 'written meanwhile']))
  for (const person of [ann, bob]) await person.expectMessages(texts)
  expect(await ann.page.evaluate(() => (globalThis as { left?: number }).left), 'Bob left for Ann').toBe(0)
  await bob.message.pressSequentially('and')
  await expect(ann.page.getByText('Bob is typing…')).toBeVisible()
  expect((await ownNodes.connections()).reduce((sum, count) => sum + count)).toBe(2)
})
