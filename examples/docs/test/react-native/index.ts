import 'react-native-get-random-values' // first: @roomful/client needs it
import { AppRegistry } from 'react-native'
import { Chat } from './chat.tsx'
import { wakeWithApp } from './wake.ts'

AppRegistry.registerComponent('Chat', () => Chat)
wakeWithApp()
