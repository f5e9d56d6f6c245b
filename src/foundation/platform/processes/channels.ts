import type { ChildProcess } from 'node:child_process'
import type { Channel } from './peer.ts'

/** The channel to a child that was started with `stdio: [..., 'ipc']`. */
export function channelToChild(child: ChildProcess): Channel {
  return {
    // a child that ends at this moment is seen by `onClose`
    send: message => void child.send(message as object, () => undefined),
    onMessage: listener => void child.on('message', listener),
    onClose: listener => void child.once('exit', listener).once('error', listener),
  }
}

/** The channel to the process that started this one; it closes when that one ends, even if it is killed. */
export function channelToParent(): Channel {
  return {
    send: message => void process.send?.(message),
    onMessage: listener => void process.on('message', listener),
    onClose: listener => void process.once('disconnect', listener),
  }
}
