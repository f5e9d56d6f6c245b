import { Kbd, Modal } from '@mantine/core'

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['j', 'k'], 'the next item, the one before'],
  [['a'], 'approve'],
  [['e'], 'edit'],
  [['r'], 'reject'],
  [['u'], 'see it unmasked'],
  [['1', '2', '3'], 'a ready reason, where a reason is asked for'],
  [['Ctrl', 'Enter'], 'confirm'],
  [['Esc'], 'leave it'],
  [['?'], 'this help'],
]

export function KeysHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keys" closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className="keys-help">
        {keys.map(([names, does]) => (
          <div key={does}>
            <dt>
              {names.map(name => (
                <Kbd key={name}>{name}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
