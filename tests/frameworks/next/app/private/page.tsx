export default function Private() {
  return <h1>Signed in</h1>;
}
