//! The functions of Uniswap V3 that the world and its users call.

use alloy_sol_types::sol;

sol! {
    /// Says what an asset is worth.
    interface IPriceFeed {
        function latestAnswer() external view returns (int256);
    }

    /// Lists the pools and the fees they may take.
    #[allow(missing_docs)]
    interface IFactory {
        function createPool(address tokenA, address tokenB, uint24 fee) external returns (address pool);
        function enableFeeAmount(uint24 fee, int24 tickSpacing) external;
        function getPool(address tokenA, address tokenB, uint24 fee) external view returns (address pool);
    }

    /// One pair at one fee.
    #[allow(missing_docs)]
    interface IPool {
        function initialize(uint160 sqrtPriceX96) external;
        function flash(address recipient, uint256 amount0, uint256 amount1, bytes data) external;
        function liquidity() external view returns (uint128);
        function slot0() external view returns (
            uint160 sqrtPriceX96, int24 tick, uint16 observationIndex, uint16 observationCardinality,
            uint16 observationCardinalityNext, uint8 feeProtocol, bool unlocked
        );
    }

    /// Makes pools and adds liquidity to them.
    #[allow(missing_docs)]
    interface IPositionManager {
        struct MintParams {
            address token0;
            address token1;
            uint24 fee;
            int24 tickLower;
            int24 tickUpper;
            uint256 amount0Desired;
            uint256 amount1Desired;
            uint256 amount0Min;
            uint256 amount1Min;
            address recipient;
            uint256 deadline;
        }
        function createAndInitializePoolIfNecessary(address token0, address token1, uint24 fee, uint160 sqrtPriceX96)
            external payable returns (address pool);
        function mint(MintParams params)
            external payable returns (uint256 tokenId, uint128 liquidity, uint256 amount0, uint256 amount1);
    }

    /// Swaps along a path of packed tokens and fees, to an exact amount in or out.
    interface ISwapRouter {
        struct ExactInputParams {
            bytes path;
            address recipient;
            uint256 deadline;
            uint256 amountIn;
            uint256 amountOutMinimum;
        }
        struct ExactOutputParams {
            bytes path;
            address recipient;
            uint256 deadline;
            uint256 amountOut;
            uint256 amountInMaximum;
        }
        function exactInput(ExactInputParams params) external payable returns (uint256 amountOut);
        function exactOutput(ExactOutputParams params) external payable returns (uint256 amountIn);
    }

    /// Says what a swap would give, by doing it and reverting.
    interface IQuoterV2 {
        function quoteExactInput(bytes path, uint256 amountIn) external returns (
            uint256 amountOut, uint160[] sqrtPriceX96AfterList, uint32[] initializedTicksCrossedList,
            uint256 gasEstimate
        );
        function quoteExactOutput(bytes path, uint256 amountOut) external returns (
            uint256 amountIn, uint160[] sqrtPriceX96AfterList, uint32[] initializedTicksCrossedList,
            uint256 gasEstimate
        );
    }
}
