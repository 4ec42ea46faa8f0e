(async () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const found = await axe.run(document, { resultTypes: ['violations'] });
  const faults = found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id} (${help}): ${html.slice(0, 200)}: ${failureSummary}`));
  return { faults, checks: found.passes.length };
})()
