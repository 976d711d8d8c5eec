import { createHooks, useTimeline } from '@roomful/react'
import { Button, FlatList, Text, View } from 'react-native'
import { client } from './client.ts'

const { useRoom } = createHooks(client)

export function Chat() {
  const { room, status } = useRoom('general')
  const { entries, send } = useTimeline(room, 'message')
  return (
    <View>
      <Text>{status}</Text>
      <FlatList
        data={[...entries]}
        keyExtractor={({ key }) => key}
        renderItem={({ item }) => <Text>{item.kind === 'message' ? `${item.data?.text} (${item.state})` : '…'}</Text>}
      />
      <Button title="Say hello" onPress={() => void send({ text: 'Hello' })} />
    </View>
  )
}
