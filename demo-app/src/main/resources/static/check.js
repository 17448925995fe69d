import { byId, cell, row, show } from './dom.js';

const verdicts = {
  'endpoint-independent': ['Endpoint-independent', 'Servers at different addresses see the same port: a peer can be told where to reach us.', 'good'],
  'address-dependent': ['Address-dependent', 'Servers see different mappings: what one of them sees is of no use to another.', 'error'],
  'unknown': ['Unknown', 'Two servers at different addresses have to answer to tell.', '']
};

function bindingRow(binding) {
  const server = cell('th', binding.server);
  if (!binding.error) {
    return row(server, cell('td', binding.mappedAddress),
        cell('td', (binding.roundTripMicros / 1000).toFixed(1) + ' ms', 'number'));
  }
  const error = cell('td', binding.error, 'error');
  error.colSpan = 2;
  return row(server, error);
}

async function check() {
  const button = byId('check');
  button.disabled = true;
  try {
    const response = await fetch('api/nat');
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail || response.statusText);
    const [verdict, explanation, style] = verdicts[answer.mapping] || [answer.mapping, '', ''];
    show('verdict', verdict);
    byId('verdict').className = 'verdict ' + style;
    show('explanation', explanation + ' All requests left from UDP port ' + answer.localPort + '.');
    byId('bindings').replaceChildren(...answer.bindings.map(bindingRow));
  } catch (error) {
    show('verdict', 'The check failed');
    byId('verdict').className = 'verdict error';
    show('explanation', error.message);
    byId('bindings').replaceChildren();
  } finally {
    button.disabled = false;
  }
}

byId('check').addEventListener('click', check);
check();
